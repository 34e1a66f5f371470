#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

#include "core/result.h"
#include "core/rows.h"
#include "storage/sqlite/statement_cache.h"

namespace foldmill::storage {

// One page of a study's trials, filtered and sorted; missing values come last in either direction.
// Pages go on after the last row's sort values, so that trials which appear meanwhile neither
// repeat nor hide others. Inside the caller's transaction.
Result<Page<TrialRow>> read_trial_page(SQLite::Database& database, StatementCache& sql,
                                       StudyId study, const TrialQuery& query);

Status check_page_limit(int64_t limit);  // 1 … 1000
Status bad_page();                       // for a token that is not of this list

}  // namespace foldmill::storage
