#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "core/rows.h"

namespace foldmill::storage {

// Runs a user's SELECT. SQLite's authorizer lets it read the documented views and Optuna's, and
// call functions that only compute; everything else is refused while the text is compiled.
// invalid_argument: not one SELECT, or wrong; permission_denied: reads something else;
// deadline_exceeded: ran longer than `time_cap`; what to_status() says of the file at `path`. At
// most `row_cap` rows.
Result<Table> run_select(SQLite::Database& database, const std::filesystem::path& path,
                         const std::string& sql, int64_t row_cap, Milliseconds time_cap);

}  // namespace foldmill::storage
