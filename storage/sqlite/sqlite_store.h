#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <memory>

#include "storage/sqlite/change_writer.h"
#include "storage/sqlite/statement_cache.h"
#include "storage/study_store.h"

namespace foldmill::storage {

// StudyStore in one SQLite file: the only writer, in WAL mode with synchronous=FULL, so that what
// is committed survives a power cut. One transaction and one fsync per apply(). One thread at a
// time.
class SqliteStore final : public StudyStore {
 public:
  // Creates or migrates the file. The caller holds its DatabaseLock.
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path,
                                                   int busy_timeout_ms);

  Result<Snapshot> load() override;
  Status apply(std::span<const Change> changes) override;

 private:
  SqliteStore(std::filesystem::path path, SQLite::Database database);

  std::filesystem::path path_;
  SQLite::Database database_;
  StatementCache sql_;
  ChangeWriter writer_;
};

}  // namespace foldmill::storage
