#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/clock.h"
#include "core/ids.h"

namespace foldmill::storage {

// Binding by position. NaN becomes NULL (SQLite does that itself), nullopt too.
namespace bind {
inline void one(SQLite::Statement& s, int i, int64_t v) { s.bind(i, v); }
inline void one(SQLite::Statement& s, int i, int v) { s.bind(i, v); }
inline void one(SQLite::Statement& s, int i, bool v) { s.bind(i, v ? 1 : 0); }
inline void one(SQLite::Statement& s, int i, double v) { s.bind(i, v); }
inline void one(SQLite::Statement& s, int i, const std::string& v) { s.bind(i, v); }
inline void one(SQLite::Statement& s, int i, const char* v) { s.bind(i, v); }
inline void one(SQLite::Statement& s, int i, std::string_view v) { s.bind(i, std::string(v)); }
inline void one(SQLite::Statement& s, int i, std::nullopt_t) { s.bind(i); }
inline void one(SQLite::Statement& s, int i, WallTime v) {
  s.bind(i, static_cast<int64_t>(v.time_since_epoch().count()));
}
template <class Tag>
void one(SQLite::Statement& s, int i, StrongId<Tag> v) {
  s.bind(i, v.value);
}
template <class T>
void one(SQLite::Statement& s, int i, const std::optional<T>& v) {
  if (v)
    one(s, i, *v);
  else
    s.bind(i);
}
}  // namespace bind

// A cached statement on loan, bound and ready; given back (reset) when it goes out of scope. One
// loan of the same text at a time.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_(&statement) {}
  ~Query() {
    statement_->tryReset();
    statement_->clearBindings();
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  bool next() { return statement_->executeStep(); }
  int64_t run() { return statement_->exec(); }  // rows changed

  bool null(int column) const { return statement_->isColumnNull(column); }
  int64_t integer(int column) const { return statement_->getColumn(column).getInt64(); }
  double real(int column) const;  // NULL is NaN
  std::string text(int column) const { return statement_->getColumn(column).getString(); }
  std::optional<double> maybe_real(int column) const;
  std::optional<WallTime> maybe_time(int column) const;
  WallTime time(int column) const { return WallTime(std::chrono::microseconds(integer(column))); }
  template <class Id>
  Id id(int column) const {
    return Id(integer(column));
  }
  SQLite::Column column(int index) const { return statement_->getColumn(index); }

  SQLite::Statement& statement() { return *statement_; }

 private:
  SQLite::Statement* statement_;
};

// Prepares each text once. Lives no longer than its database.
class StatementCache {
 public:
  explicit StatementCache(SQLite::Database& database) : database_(database) {}

  template <class... Values>
  Query query(const std::string& sql, const Values&... values) {
    SQLite::Statement& statement = get(sql);
    int index = 0;
    (bind::one(statement, ++index, values), ...);
    return Query(statement);
  }
  template <class... Values>
  int64_t run(const std::string& sql, const Values&... values) {
    return query(sql, values...).run();
  }
  // Whether the query has a row.
  template <class... Values>
  bool any(const std::string& sql, const Values&... values) {
    return query(sql, values...).next();
  }

 private:
  SQLite::Statement& get(const std::string& sql);

  SQLite::Database& database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace foldmill::storage
