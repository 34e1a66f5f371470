#include "storage/sqlite/migrations.h"

#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <map>

#include "core/failpoint.h"
#include "core/sha256.h"
#include "core/text.h"
#include "storage/sqlite/errors.h"
#include "storage/sqlite/statement_cache.h"

namespace foldmill::storage {

namespace {

constexpr const char* kFileTable = R"sql(
  CREATE TABLE IF NOT EXISTS schema_file (
    name TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    applied INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID)sql";

// "0001_initial.sql" -> 1; nothing for views.
std::optional<int64_t> migration_number(const EmbeddedFile& file) {
  return parse_int(file.name.substr(0, file.name.find('_')));
}

int64_t pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(concat("PRAGMA ", name)).getInt64();
}

std::map<std::string, std::string> applied_files(SQLite::Database& database) {
  std::map<std::string, std::string> applied;
  SQLite::Statement rows(database, "SELECT name, sha256 FROM schema_file");
  while (rows.executeStep()) applied[rows.getColumn(0).getString()] = rows.getColumn(1).getString();
  return applied;
}

void apply_file(SQLite::Database& database, const EmbeddedFile& file, const std::string& digest,
                WallTime now) {
  database.exec(std::string(file.text));
  SQLite::Statement record(database, "INSERT OR REPLACE INTO schema_file VALUES (?, ?, ?)");
  bind::one(record, 1, file.name);
  bind::one(record, 2, digest);
  bind::one(record, 3, now);
  record.exec();
}

}  // namespace

int64_t schema_version(std::span<const EmbeddedFile> files) {
  int64_t version = 0;
  for (const auto& file : files) version = std::max(version, migration_number(file).value_or(0));
  return version;
}

Result<int64_t> check_version(SQLite::Database& database, std::span<const EmbeddedFile> files,
                              const std::filesystem::path& path) {
  // First of all, because it reads the whole schema: a damaged file shows here.
  const bool empty =
      database.execAndGet("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)").getInt() != 0;
  const int64_t application = pragma(database, "application_id");
  const int64_t version = pragma(database, "user_version");
  if (empty && application == 0 && version == 0) return int64_t{0};
  if (application != kApplicationId)
    return failed_precondition(
        concat(path.native(), " is a database of another application; choose another file"));
  const int64_t ours = schema_version(files);
  if (version > ours)
    return failed_precondition(concat("the database ", path.native(), " has schema version ",
                                      version, ", made by a newer foldmill; this one knows up to ",
                                      ours, ": install the newer version to use it"));
  return version;
}

Status require_our_version(SQLite::Database& database, const std::filesystem::path& path) {
  FOLDMILL_ASSIGN_OR_RETURN(const auto version, check_version(database, embedded_schema(), path));
  if (const auto ours = schema_version(embedded_schema()); version != ours)
    return failed_precondition(concat("the database ", path.native(), " has schema version ",
                                      version, ", this program reads ", ours,
                                      "; open it once with the coordinator, which migrates it"));
  return ok_status();
}

Status migrate(SQLite::Database& database, std::span<const EmbeddedFile> files,
               const std::filesystem::path& path, WallTime now) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  FOLDMILL_RETURN_IF_ERROR(check_version(database, files, path).status());
  database.exec(kFileTable);
  const auto applied = applied_files(database);
  for (const auto& file : files) {
    const std::string digest = sha256_hex(file.text);
    const auto known = applied.find(std::string(file.name));
    if (known != applied.end() && known->second == digest) continue;
    if (known != applied.end() && migration_number(file))
      return failed_precondition(concat("the database ", path.native(),
                                        " was made with another text of migration ", file.name,
                                        " than this program holds; use the program that made it"));
    apply_file(database, file, digest, now);
  }
  database.exec(concat("PRAGMA application_id = ", kApplicationId));
  database.exec(concat("PRAGMA user_version = ", schema_version(files)));
  failpoint("migration.before_commit");
  transaction.commit();
  failpoint("migration.after_commit");
  return ok_status();
}

}  // namespace foldmill::storage
