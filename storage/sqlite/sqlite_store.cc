#include "storage/sqlite/sqlite_store.h"

#include <SQLiteCpp/Transaction.h>

#include "core/clock.h"
#include "core/failpoint.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/load_snapshot.h"
#include "storage/sqlite/migrations.h"

namespace foldmill::storage {

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path,
                                                       int busy_timeout_ms) {
  return guarded(path, [&]() -> Result<std::unique_ptr<SqliteStore>> {
    SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                              busy_timeout_ms);
    // Before anything is written to a file that may not be ours.
    FOLDMILL_RETURN_IF_ERROR(check_version(database, embedded_schema(), path).status());
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
    FOLDMILL_RETURN_IF_ERROR(migrate(database, embedded_schema(), path, SystemClock().now().wall));
    return std::unique_ptr<SqliteStore>(new SqliteStore(path, std::move(database)));
  });
}

SqliteStore::SqliteStore(std::filesystem::path path, SQLite::Database database)
    : path_(std::move(path)), database_(std::move(database)), sql_(database_), writer_(sql_) {}

Result<Snapshot> SqliteStore::load() {
  return guarded(path_, [&]() -> Result<Snapshot> {
    SQLite::Transaction transaction(database_);
    return load_snapshot(sql_);
  });
}

Status SqliteStore::apply(std::span<const Change> changes) {
  return guarded(path_, [&] {
    failpoint("store.before_write");
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    for (const Change& change : changes) writer_.write(change);
    failpoint("store.before_commit");
    transaction.commit();
    failpoint("store.after_commit");
    return ok_status();
  });
}

}  // namespace foldmill::storage
