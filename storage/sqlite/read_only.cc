#include "storage/sqlite/read_only.h"

#include "core/text.h"
#include "storage/posix.h"
#include "storage/sqlite/migrations.h"

namespace foldmill::storage {

namespace {

namespace fs = std::filesystem;

constexpr int kBusyTimeoutMs = 5000;

// Characters that mean something in a file: URI.
std::string uri_path(const fs::path& path) {
  std::string out;
  for (const char c : fs::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#')
      out += concat("%", "0123456789ABCDEF"[(c >> 4) & 15], "0123456789ABCDEF"[c & 15]);
    else
      out += c;
  }
  return out;
}

// A reader of a WAL database shares memory with the writer through files beside it, and makes them
// if they are not there. Where it may not, and nobody writes (no -wal), the file is complete in
// itself and can be read as one that does not change.
Result<std::string> uri_of(const fs::path& path) {
  const fs::path real = real_path(path);
  if (is_writable(real.parent_path())) return concat("file:", uri_path(path));
  std::error_code error;  // any trouble: not there, as far as one can tell
  const bool wal = fs::exists(real.native() + "-wal", error);
  if (wal && !fs::exists(real.native() + "-shm", error))
    return permission_denied(
        concat("the database ", path.native(),
               " was not closed cleanly, and this directory cannot be written, which reading it"
               " needs; copy the file together with its -wal to a directory of yours"));
  return concat("file:", uri_path(path), wal ? "" : "?immutable=1");
}

}  // namespace

Result<SQLite::Database> open_read_only(const fs::path& path) {
  std::error_code error;
  const bool exists = fs::exists(path, error);
  if (error) return errno_status(error.value(), "opening the database", path);
  if (!exists)
    return not_found(
        concat("there is no database ", path.native(), "; a study makes it when it is first run"));
  FOLDMILL_ASSIGN_OR_RETURN(const auto uri, uri_of(path));
  SQLite::Database database(uri, SQLite::OPEN_READONLY | SQLite::OPEN_URI, kBusyTimeoutMs);
  FOLDMILL_RETURN_IF_ERROR(require_our_version(database, path));
  database.exec("PRAGMA query_only = ON");
  return database;
}

}  // namespace foldmill::storage
