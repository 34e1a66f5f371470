#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/parameter.h"
#include "storage/sqlite/statement_cache.h"

namespace foldmill::storage {

// How a parameter's value lies in trial_parameter: its kind as a word, the value in SQLite's own
// type (a bool is 0 or 1).
std::string_view parameter_kind(const ParameterValue& value);  // bool, int, float, string
void bind_parameter(SQLite::Statement& statement, int index, const ParameterValue& value);
ParameterValue read_parameter(const Query& row, int kind_column, int value_column);

// What Optuna's tools expect beside it: the number, or the index of the choice; nothing for a
// parameter that the study does not search.
std::optional<double> internal_value(StatementCache& sql, StudyId study, const std::string& name,
                                     const ParameterValue& value);

}  // namespace foldmill::storage
