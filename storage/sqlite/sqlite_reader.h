#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <memory>

#include "storage/sqlite/statement_cache.h"
#include "storage/study_reader.h"

namespace foldmill::storage {

// StudyReader over one SQLite file, opened read-only. One thread at a time.
class SqliteReader final : public StudyReader {
 public:
  static Result<std::unique_ptr<SqliteReader>> open(const std::filesystem::path& path);

  Result<Page<StudyRow>> list_studies(int64_t limit, const std::string& page) override;
  Result<StudyRow> get_study(const std::string& name) override;
  Result<Page<TrialRow>> list_trials(const std::string& study, const TrialQuery& query) override;
  Result<TrialRow> get_trial(const std::string& study, TrialNumber trial) override;
  Result<Page<WorkerRow>> list_workers(int64_t limit, const std::string& page) override;
  Result<Table> query(const std::string& sql, int64_t row_cap, Milliseconds time_cap) override;

 private:
  SqliteReader(std::filesystem::path path, SQLite::Database database);
  Result<StudyId> find_study(const std::string& name);

  std::filesystem::path path_;
  SQLite::Database database_;
  StatementCache sql_;
};

}  // namespace foldmill::storage
