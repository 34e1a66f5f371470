#include <chrono>

#include "core/text.h"
#include "storage/database_lock.h"
#include "storage/maintenance.h"
#include "storage/maintenance/referenced_artifacts.h"
#include "storage/open.h"
#include "storage/posix.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/migrations.h"

namespace foldmill::storage {

namespace {

namespace fs = std::filesystem;

constexpr int kBusyTimeoutMs = 5000;  // for readers
constexpr std::chrono::hours kWorkersMayBeAway{24};

int64_t size_of(const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  return error ? 0 : static_cast<int64_t>(bytes);
}

int64_t size_with_log(const fs::path& database) {
  return size_of(database) + size_of(real_path(database).native() + "-wal");
}

// Before anything is removed: rows that cannot be read name no files.
Status require_sound_pages(SQLite::Database& database, const fs::path& path) {
  const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (verdict == "ok") return ok_status();
  return data_loss(concat("the database ", path.native(), " is damaged (", verdict,
                          ") and was left as it is; `foldmill server check` says more"));
}

// An upload is named a moment after it has arrived, or, when the coordinator was killed in between,
// as soon as its worker reaches the next one.
bool may_yet_be_named(const fs::path& file) {
  std::error_code error;
  const auto written = fs::last_write_time(file, error);
  return error || written > fs::file_time_type::clock::now() - kWorkersMayBeAway;
}

Result<FileTotals> remove_unreferenced(SQLite::Database& database, const fs::path& path) {
  StatementCache sql(database);
  const fs::path directory = artifact_directory(path);
  FOLDMILL_ASSIGN_OR_RETURN(auto files, unreferenced_files(directory, referenced_artifacts(sql)));
  std::erase_if(files, [&](const ArtifactRef& file) {
    return may_yet_be_named(ArtifactStore::path_in(directory, file.sha256));
  });
  FOLDMILL_ASSIGN_OR_RETURN(const auto store, open_artifacts(path));
  for (const ArtifactRef& file : files) FOLDMILL_RETURN_IF_ERROR(store->remove(file));
  return total_of(files);
}

}  // namespace

Result<Compaction> compact_database(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return not_found(concat("there is no database ", path.native()));
  FOLDMILL_ASSIGN_OR_RETURN(const auto lock, DatabaseLock::acquire(path));
  return guarded(path, [&]() -> Result<Compaction> {
    SQLite::Database database(path.string(), SQLite::OPEN_READWRITE, kBusyTimeoutMs);
    FOLDMILL_RETURN_IF_ERROR(require_our_version(database, path));
    FOLDMILL_RETURN_IF_ERROR(require_sound_pages(database, path));
    Compaction done;
    done.bytes_before = size_with_log(path);
    FOLDMILL_ASSIGN_OR_RETURN(done.removed, remove_unreferenced(database, path));
    database.exec("VACUUM");
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    done.bytes_after = size_with_log(path);
    return done;
  });
}

}  // namespace foldmill::storage
