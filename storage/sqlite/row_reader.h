#pragma once

#include <string>
#include <vector>

#include "core/rows.h"
#include "storage/sqlite/statement_cache.h"

namespace foldmill::storage {

// Rows with all that belongs to them, inside the caller's transaction. Throw StatusError
// (data_loss) for stored text that cannot be understood.

// The study must exist.
StudyRow read_study(StatementCache& sql, StudyId study);

// Columns of `trial t` that trial_from_columns() reads, in its order.
inline constexpr const char* kTrialColumns =
    "t.number, t.state, t.enqueued, t.value, t.cause, t.message, t.created, t.ended, t.pruned_fold,"
    " t.pruned_epoch, t.pruned_value, t.pruned_threshold, t.pruned_peers, t.pruner,"
    " t.pruned_p_value, t.violation, t.estimated";
inline constexpr int kTrialColumnCount = 17;
// Without parameters, further metrics and folds.
TrialRow trial_from_columns(const Query& row);
// Adds parameters, further metrics, folds, attempts, artifacts and, if asked, the curves.
void complete_trial(StatementCache& sql, StudyId study, bool with_curves, TrialRow& trial);

// Columns: id, name, state, slots, busy, labels, version, seen.
WorkerRow worker_from_columns(const Query& row);

}  // namespace foldmill::storage
