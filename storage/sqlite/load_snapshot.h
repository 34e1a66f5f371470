#pragma once

#include "core/snapshot.h"
#include "storage/sqlite/statement_cache.h"

namespace foldmill::storage {

// Everything the coordinator goes on from, in one pass over each table. Inside the caller's
// transaction. Throws StatusError (data_loss) for what the constraints cannot exclude.
Snapshot load_snapshot(StatementCache& sql);

}  // namespace foldmill::storage
