#include "storage/sqlite/parameter_columns.h"

#include "storage/sqlite/errors.h"
#include "storage/value_json.h"

namespace foldmill::storage {

std::string_view parameter_kind(const ParameterValue& value) {
  static constexpr std::string_view kKinds[] = {"bool", "int", "float", "string"};
  return kKinds[value.index()];
}

void bind_parameter(SQLite::Statement& statement, int index, const ParameterValue& value) {
  std::visit([&](const auto& v) { bind::one(statement, index, v); }, value);
}

ParameterValue read_parameter(const Query& row, int kind_column, int value_column) {
  const std::string kind = row.text(kind_column);
  if (kind == "bool") return row.integer(value_column) != 0;
  if (kind == "int") return row.integer(value_column);
  if (kind == "float") return row.real(value_column);
  return row.text(value_column);
}

std::optional<double> internal_value(StatementCache& sql, StudyId study, const std::string& name,
                                     const ParameterValue& value) {
  Query row =
      sql.query("SELECT distribution FROM parameter WHERE study = ? AND name = ?", study, name);
  if (!row.next()) return std::nullopt;
  return value_or_throw(distribution_from_json(row.text(0))).to_internal(value);
}

}  // namespace foldmill::storage
