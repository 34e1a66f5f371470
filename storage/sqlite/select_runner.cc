#include "storage/sqlite/select_runner.h"

#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string_view>

#include "core/text.h"
#include "storage/sqlite/errors.h"

namespace foldmill::storage {

namespace {

using std::chrono::steady_clock;

constexpr std::string_view kViews[] = {
    "study_list", "trial_list", "parameter_list", "fold_list", "metric_list", "trial_metric_list", "attempt_list",
    "ask_list", "worker_list", "event_list",
    // Optuna's
    "alembic_version", "version_info", "studies", "study_directions", "study_user_attributes",
    "study_system_attributes", "trials", "trial_params", "trial_values",
    "trial_intermediate_values", "trial_user_attributes", "trial_system_attributes",
    "trial_heartbeats"};

constexpr std::string_view kTableFunctions[] = {"json_each", "json_tree"};

// They compute from their arguments and nothing else, and cannot be made to fill the memory.
constexpr std::string_view kFunctions[] = {"->",
                                           "->>",
                                           "abs",
                                           "avg",
                                           "ceil",
                                           "ceiling",
                                           "char",
                                           "coalesce",
                                           "count",
                                           "cume_dist",
                                           "date",
                                           "datetime",
                                           "dense_rank",
                                           "exp",
                                           "first_value",
                                           "floor",
                                           "format",
                                           "glob",
                                           "group_concat",
                                           "hex",
                                           "ifnull",
                                           "iif",
                                           "instr",
                                           "json",
                                           "json_array",
                                           "json_array_length",
                                           "json_extract",
                                           "json_group_array",
                                           "json_group_object",
                                           "json_object",
                                           "json_quote",
                                           "json_type",
                                           "json_valid",
                                           "julianday",
                                           "lag",
                                           "last_value",
                                           "lead",
                                           "length",
                                           "like",
                                           "ln",
                                           "log",
                                           "log10",
                                           "log2",
                                           "lower",
                                           "ltrim",
                                           "max",
                                           "min",
                                           "mod",
                                           "nth_value",
                                           "ntile",
                                           "nullif",
                                           "percent_rank",
                                           "pow",
                                           "power",
                                           "printf",
                                           "quote",
                                           "random",
                                           "rank",
                                           "replace",
                                           "round",
                                           "row_number",
                                           "rtrim",
                                           "sign",
                                           "sqrt",
                                           "strftime",
                                           "substr",
                                           "substring",
                                           "sum",
                                           "time",
                                           "total",
                                           "trim",
                                           "trunc",
                                           "typeof",
                                           "unicode",
                                           "unixepoch",
                                           "upper"};

constexpr int kMaxTextBytes = 16 << 20;       // of one value
constexpr size_t kMaxTableBytes = 64 << 20;   // of all text in one answer
constexpr int kInstructionsPerLook = 10'000;  // at the clock: well under a millisecond

bool is_in(std::span<const std::string_view> set, std::string_view word) {
  return std::ranges::find(set, word) != set.end();
}

// Everything SQLite asks about while it runs one query of a user; leaves the connection as it was.
class Guard {
 public:
  Guard(SQLite::Database& database, Milliseconds time_cap)
      : database_(database.getHandle()), deadline_(steady_clock::now() + time_cap) {
    SQLite::Statement names(database, "SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (names.executeStep()) tables_.insert(names.getColumn(0).getString());
    // The first use of a table function declares its columns, which looks like a change of schema.
    SQLite::Statement(database, "SELECT 1 FROM json_each('[]'), json_tree('[]')");
    old_length_ = sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, kMaxTextBytes);
    sqlite3_set_authorizer(database_, &Guard::authorize, this);
    sqlite3_progress_handler(database_, kInstructionsPerLook, &Guard::too_late, this);
  }
  ~Guard() {
    sqlite3_progress_handler(database_, 0, nullptr, nullptr);
    sqlite3_set_authorizer(database_, nullptr, nullptr);
    sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, old_length_);
  }
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;

  const std::string& denied() const { return denied_; }  // what was asked for first; or empty

 private:
  static int too_late(void* self) {
    return steady_clock::now() > static_cast<Guard*>(self)->deadline_;
  }

  static int authorize(void* self, int action, const char* first, const char* second, const char*,
                       const char* view) {
    return static_cast<Guard*>(self)->decide(action, first ? first : "", second ? second : "",
                                             view ? view : "");
  }

  int decide(int action, std::string_view first, std::string_view second, std::string_view view) {
    switch (action) {
      case SQLITE_SELECT:
      case SQLITE_RECURSIVE:
        return SQLITE_OK;
      case SQLITE_READ:
        return may_read(std::string(first), second, view) ? SQLITE_OK
                                                          : deny(concat("reading ", first));
      case SQLITE_FUNCTION:
        return is_in(kFunctions, second) ? SQLITE_OK : deny(concat("the function ", second));
      default:
        return deny("anything but SELECT");
    }
  }

  // Inside one of the views everything may be read. An empty column means that rows are only
  // counted: that also comes for the names of subqueries and, once SQLite has merged a view into
  // the query around it, for the view's tables, without the view's name.
  bool may_read(const std::string& table, std::string_view column, std::string_view view) {
    if (is_in(kViews, view)) within_views_.insert(table);
    if (is_in(kViews, view) || is_in(kViews, table) || is_in(kTableFunctions, table)) return true;
    if (!column.empty() || table.starts_with("sqlite_") || table.starts_with("pragma_"))
      return false;
    return within_views_.contains(table) || !tables_.contains(table);
  }

  int deny(std::string what) {
    if (denied_.empty()) denied_ = std::move(what);
    return SQLITE_DENY;
  }

  sqlite3* database_;
  steady_clock::time_point deadline_;
  std::set<std::string> tables_;        // all that there are
  std::set<std::string> within_views_;  // those that a view of this query reads
  int old_length_ = 0;
  std::string denied_;
};

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalizer>;

struct UserQuery {
  sqlite3* database;
  const std::filesystem::path& path;
  const std::string& sql;
  Milliseconds time_cap;
  const Guard& guard;
};

Status failure(const UserQuery& query, int code) {
  if (!query.guard.denied().empty())
    return permission_denied(
        concat("a query may not use ", query.guard.denied(),
               "; it is one SELECT over: study_list, trial_list, parameter_list, fold_list,"
               " metric_list, trial_metric_list, attempt_list, ask_list, worker_list, event_list"));
  if (code == SQLITE_INTERRUPT)
    return deadline_exceeded(concat("the query ran longer than ", query.time_cap.count(),
                                    " ms; narrow it, or raise the limit"));
  if (code == SQLITE_ERROR || code == SQLITE_MISMATCH || code == SQLITE_TOOBIG)
    return invalid_argument(concat("the query is wrong: ", sqlite3_errmsg(query.database)));
  return to_status(SQLite::Exception(query.database, code), query.path);
}

Cell cell_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
      return std::monostate();
    case SQLITE_INTEGER:
      return static_cast<int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
      return std::string(bytes ? bytes : "",
                         static_cast<size_t>(sqlite3_column_bytes(statement, column)));
    }
  }
}

// Compiles the one statement that the text holds.
Result<StatementPtr> prepare(const UserQuery& query) {
  const char* rest = query.sql.c_str();
  StatementPtr found;
  while (*rest != '\0') {
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v2(query.database, rest, -1, &raw, &rest);
    StatementPtr statement(raw);
    if (code != SQLITE_OK) return failure(query, code);
    if (!statement) continue;  // a comment, or nothing between semicolons
    if (found) return invalid_argument("a query is one SELECT; this text holds several statements");
    found = std::move(statement);
  }
  if (!found) return invalid_argument("the query is empty; give one SELECT");
  if (!sqlite3_stmt_readonly(found.get()) || sqlite3_stmt_isexplain(found.get()) != 0)
    return permission_denied("a query may not use anything but SELECT");
  return found;
}

}  // namespace

Result<Table> run_select(SQLite::Database& database, const std::filesystem::path& path,
                         const std::string& sql, int64_t row_cap, Milliseconds time_cap) {
  const Guard guard(database, time_cap);
  const UserQuery query{database.getHandle(), path, sql, time_cap, guard};
  FOLDMILL_ASSIGN_OR_RETURN(const auto statement, prepare(query));

  Table table;
  size_t bytes = 0;
  const int columns = sqlite3_column_count(statement.get());
  for (int i = 0; i < columns; ++i)
    table.columns.emplace_back(sqlite3_column_name(statement.get(), i));
  while (true) {
    const int code = sqlite3_step(statement.get());
    if (code == SQLITE_DONE) return table;
    if (code != SQLITE_ROW) return failure(query, code);
    if (static_cast<int64_t>(table.rows.size()) >= row_cap) {
      table.truncated = true;
      return table;
    }
    auto& row = table.rows.emplace_back();
    for (int i = 0; i < columns; ++i) {
      row.push_back(cell_of(statement.get(), i));
      if (const auto* text = std::get_if<std::string>(&row.back())) bytes += text->size();
      if (bytes > kMaxTableBytes)
        return resource_exhausted(concat("the query's answer has more than ", kMaxTableBytes,
                                         " bytes of text; ask for fewer rows or columns"));
    }
  }
}

}  // namespace foldmill::storage
