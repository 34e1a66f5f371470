#include "storage/sqlite/trial_page.h"

#include "core/text.h"
#include "storage/filter.h"
#include "storage/sqlite/page_token.h"
#include "storage/sqlite/row_reader.h"

namespace foldmill::storage {

namespace {

constexpr int64_t kMaxPage = 1000;
// Of the curves of one page, which ends with the trial that reaches it: some 4 MB in a message.
constexpr size_t kMaxPageValues = 100'000;

Cell cell_of(const SQLite::Column& column) {
  if (column.isNull()) return std::monostate();
  if (column.isInteger()) return static_cast<int64_t>(column.getInt64());
  if (column.isFloat()) return column.getDouble();
  return column.getString();
}

void bind_cell(SQLite::Statement& statement, int index, const Cell& cell) {
  if (const auto* v = std::get_if<int64_t>(&cell)) return bind::one(statement, index, *v);
  if (const auto* v = std::get_if<double>(&cell)) return bind::one(statement, index, *v);
  if (const auto* v = std::get_if<std::string>(&cell)) return bind::one(statement, index, *v);
  bind::one(statement, index, std::nullopt);
}

void append(SqlFragment& out, const SqlFragment& piece) {
  out.text += piece.text;
  out.values.insert(out.values.end(), piece.values.begin(), piece.values.end());
}

std::string key_name(size_t index) { return concat("key", index); }

// "Behind `position` in the order": some key is behind while all before it are equal.
SqlFragment behind(const std::vector<SortKey>& keys, const std::vector<Cell>& position) {
  SqlFragment out;
  std::string equal;
  std::vector<Cell> equal_values;
  for (size_t i = 0; i < keys.size(); ++i) {
    // Nothing but later keys can be behind a missing value: they come last.
    if (!std::holds_alternative<std::monostate>(position[i])) {
      out.text += concat(equal, "(", key_name(i), keys[i].descending ? " < ?" : " > ?", " OR ",
                         key_name(i), " IS NULL) OR ");
      out.values.insert(out.values.end(), equal_values.begin(), equal_values.end());
      out.values.push_back(position[i]);
    }
    equal += concat(key_name(i), " IS ? AND ");
    equal_values.push_back(position[i]);
  }
  equal_values.push_back(position.back());
  append(out, {concat(equal, "number > ?"), equal_values});
  return out;
}

// The statement for one page, and one row more to know whether there is another.
SqlFragment page_statement(StudyId study, const SqlFragment& filter,
                           const std::vector<SortKey>& keys,
                           const std::optional<std::vector<Cell>>& position, int64_t limit) {
  SqlFragment sql;
  std::string order;
  sql.text = concat("SELECT * FROM (SELECT ", kTrialColumns);
  for (size_t i = 0; i < keys.size(); ++i) {
    append(sql, {", ", {}});
    append(sql, keys[i].expression);
    sql.text += concat(" AS ", key_name(i));
    order += concat(key_name(i), " IS NULL, ", key_name(i), keys[i].descending ? " DESC, " : ", ");
  }
  append(sql, {" FROM trial t WHERE t.study = ?", {study.value}});
  if (!filter.text.empty()) {
    append(sql, {" AND (", {}});
    append(sql, filter);
    append(sql, {")", {}});
  }
  append(sql, {")", {}});
  if (position) {
    append(sql, {" WHERE ", {}});
    append(sql, behind(keys, *position));
  }
  append(sql, {concat(" ORDER BY ", order, "number LIMIT ?"), {limit + 1}});
  return sql;
}

std::vector<std::string> searched_names(StatementCache& sql, StudyId study) {
  std::vector<std::string> names;
  Query row = sql.query("SELECT name FROM parameter WHERE study = ? ORDER BY position", study);
  while (row.next()) names.push_back(row.text(0));
  return names;
}

std::vector<Cell> position_of(const Query& row, size_t keys) {
  std::vector<Cell> position;
  for (size_t i = 0; i < keys; ++i)
    position.push_back(cell_of(row.column(kTrialColumnCount + static_cast<int>(i))));
  position.push_back(row.integer(0));
  return position;
}

size_t values_in(const TrialRow& trial) {
  size_t values = 0;
  for (const FoldRow& fold : trial.folds)
    for (const EpochRow& epoch : fold.curve) values += 1 + epoch.metrics.size();
  return values;
}

}  // namespace

Status check_page_limit(int64_t limit) {
  if (limit >= 1 && limit <= kMaxPage) return ok_status();
  return invalid_argument(concat("a page has 1 to ", kMaxPage, " rows, not ", limit));
}

Status bad_page() {
  return invalid_argument("the page token does not belong to this list; begin again without it");
}

Result<Page<TrialRow>> read_trial_page(SQLite::Database& database, StatementCache& sql,
                                       StudyId study, const TrialQuery& query) {
  FOLDMILL_RETURN_IF_ERROR(check_page_limit(query.limit));
  const auto names = searched_names(sql, study);
  SqlFragment filter;
  if (!query.where.empty()) {
    FOLDMILL_ASSIGN_OR_RETURN(filter, compile_filter(query.where, names));
  }
  FOLDMILL_ASSIGN_OR_RETURN(const auto keys, compile_sort(query.sort, names));

  const auto question = concat(study.value, "\n", query.where, "\n", query.sort);
  std::optional<std::vector<Cell>> position;
  if (!query.page.empty()) {
    position = parse_page_token(question, query.page, keys.size() + 1);
    if (!position) return bad_page();
  }

  const auto page_sql = page_statement(study, filter, keys, position, query.limit);
  SQLite::Statement statement(database, page_sql.text);
  for (size_t i = 0; i < page_sql.values.size(); ++i)
    bind_cell(statement, static_cast<int>(i) + 1, page_sql.values[i]);

  Page<TrialRow> page;
  std::vector<Cell> last;
  size_t values = 0;
  Query row(statement);
  while (row.next()) {
    if (static_cast<int64_t>(page.rows.size()) == query.limit || values >= kMaxPageValues) {
      page.next = make_page_token(question, last);
      break;
    }
    TrialRow& trial = page.rows.emplace_back(trial_from_columns(row));
    complete_trial(sql, study, query.with_curves, trial);
    values += values_in(trial);
    last = position_of(row, keys.size());
  }
  return page;
}

}  // namespace foldmill::storage
