#include "storage/sqlite/sqlite_reader.h"

#include <SQLiteCpp/Transaction.h>

#include "core/text.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/read_only.h"
#include "storage/sqlite/row_reader.h"
#include "storage/sqlite/select_runner.h"
#include "storage/sqlite/trial_page.h"

namespace foldmill::storage {

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const std::filesystem::path& path) {
  return guarded(path, [&]() -> Result<std::unique_ptr<SqliteReader>> {
    FOLDMILL_ASSIGN_OR_RETURN(auto database, open_read_only(path));
    return std::unique_ptr<SqliteReader>(new SqliteReader(path, std::move(database)));
  });
}

SqliteReader::SqliteReader(std::filesystem::path path, SQLite::Database database)
    : path_(std::move(path)), database_(std::move(database)), sql_(database_) {}

Result<StudyId> SqliteReader::find_study(const std::string& name) {
  std::vector<std::string> all, matches;
  StudyId match;
  Query row = sql_.query("SELECT id, name FROM study ORDER BY name");
  while (row.next()) {
    all.push_back(row.text(1));
    if (all.back() == name) return row.id<StudyId>(0);
    if (name.empty() || !all.back().starts_with(name)) continue;
    // "fash" means the search `fashion`, not its stages.
    if (all.back().find(kStageSeparator, name.size()) != std::string::npos &&
        name.find(kStageSeparator) == std::string::npos)
      continue;
    matches.push_back(all.back());
    match = row.id<StudyId>(0);
  }
  if (matches.size() == 1) return match;
  if (!matches.empty())
    return invalid_argument(
        concat("'", name, "' could be any of the studies ", join(matches, ", ")));
  const auto near = closest_match(name, all);
  return not_found(concat("there is no study '", name, "'",
                          near ? concat("; did you mean '", *near, "'?") : ""));
}

Result<Page<StudyRow>> SqliteReader::list_studies(int64_t limit, const std::string& page) {
  FOLDMILL_RETURN_IF_ERROR(check_page_limit(limit));
  const auto after = page.empty() ? std::optional<int64_t>(0) : parse_int(page);
  if (!after) return bad_page();
  return guarded(path_, [&]() -> Result<Page<StudyRow>> {
    SQLite::Transaction transaction(database_);
    std::vector<StudyId> ids;
    {
      Query row =
          sql_.query("SELECT id FROM study WHERE id > ? ORDER BY id LIMIT ?", *after, limit + 1);
      while (row.next()) ids.push_back(row.id<StudyId>(0));
    }
    Page<StudyRow> out;
    if (static_cast<int64_t>(ids.size()) > limit) {
      ids.pop_back();
      out.next = to_string(ids.back());
    }
    for (const StudyId id : ids) out.rows.push_back(read_study(sql_, id));
    return out;
  });
}

Result<StudyRow> SqliteReader::get_study(const std::string& name) {
  return guarded(path_, [&]() -> Result<StudyRow> {
    SQLite::Transaction transaction(database_);
    FOLDMILL_ASSIGN_OR_RETURN(const auto study, find_study(name));
    return read_study(sql_, study);
  });
}

Result<Page<TrialRow>> SqliteReader::list_trials(const std::string& study,
                                                 const TrialQuery& query) {
  return guarded(path_, [&]() -> Result<Page<TrialRow>> {
    SQLite::Transaction transaction(database_);
    FOLDMILL_ASSIGN_OR_RETURN(const auto id, find_study(study));
    return read_trial_page(database_, sql_, id, query);
  });
}

Result<TrialRow> SqliteReader::get_trial(const std::string& study, TrialNumber number) {
  return guarded(path_, [&]() -> Result<TrialRow> {
    SQLite::Transaction transaction(database_);
    FOLDMILL_ASSIGN_OR_RETURN(const auto id, find_study(study));
    Query row = sql_.query(
        concat("SELECT ", kTrialColumns, " FROM trial t WHERE t.study = ? AND t.number = ?"), id,
        number);
    if (!row.next()) {
      Query last = sql_.query("SELECT max(number) FROM trial WHERE study = ?", id);
      last.next();  // a maximum without groups is one row
      return not_found(concat("study '", study, "' has no trial ", number.value,
                              last.null(0) ? std::string("; it has none yet")
                                           : concat("; its trials are 0 to ", last.integer(0))));
    }
    TrialRow trial = trial_from_columns(row);
    complete_trial(sql_, id, /*with_curves=*/true, trial);
    return trial;
  });
}

Result<Page<WorkerRow>> SqliteReader::list_workers(int64_t limit, const std::string& page) {
  FOLDMILL_RETURN_IF_ERROR(check_page_limit(limit));
  return guarded(path_, [&]() -> Result<Page<WorkerRow>> {
    Query row = sql_.query(
        "SELECT w.id, w.name, w.state, w.slots, (SELECT count(*) FROM attempt a"
        "  WHERE a.worker = w.id AND a.state IN ('leased', 'running')), w.labels, w.version, w.seen"
        " FROM worker w WHERE w.name > ? AND w.slots > 0 ORDER BY w.name LIMIT ?",
        page, limit + 1);
    Page<WorkerRow> out;
    while (row.next()) {
      if (static_cast<int64_t>(out.rows.size()) == limit) {
        out.next = out.rows.back().name;
        break;
      }
      out.rows.push_back(worker_from_columns(row));
    }
    return out;
  });
}

Result<Table> SqliteReader::query(const std::string& sql, int64_t row_cap, Milliseconds time_cap) {
  return guarded(path_, [&] { return run_select(database_, path_, sql, row_cap, time_cap); });
}

}  // namespace foldmill::storage
