#include "storage/sqlite/statement_cache.h"

#include <limits>

namespace foldmill::storage {

double Query::real(int column) const {
  return maybe_real(column).value_or(std::numeric_limits<double>::quiet_NaN());
}

std::optional<double> Query::maybe_real(int column) const {
  if (null(column)) return std::nullopt;
  return statement_->getColumn(column).getDouble();
}

std::optional<WallTime> Query::maybe_time(int column) const {
  if (null(column)) return std::nullopt;
  return time(column);
}

SQLite::Statement& StatementCache::get(const std::string& sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(database_, sql);
  return *statement;
}

}  // namespace foldmill::storage
