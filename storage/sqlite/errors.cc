#include "storage/sqlite/errors.h"

#include <sqlite3.h>

#include "core/text.h"

namespace foldmill::storage {

namespace {

StatusCode code_of(int result) {
  switch (result) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StatusCode::kDataLoss;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StatusCode::kPermissionDenied;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
      return StatusCode::kUnavailable;
    default:
      return StatusCode::kInternal;
  }
}

std::string_view advice(StatusCode code) {
  switch (code) {
    case StatusCode::kResourceExhausted:
      return "; free some space on that disk";
    case StatusCode::kDataLoss:
      return "; restore it from a copy, or keep it aside and start with another file";
    case StatusCode::kPermissionDenied:
      return "; check the permissions of the file and of its directory";
    default:
      return "";
  }
}

// The file that readers and the writer share, which SQLite makes as long as it needs, is the one
// place where it does not tell a full disk from a broken one.
bool is_full(const SQLite::Exception& error) {
  return error.getErrorCode() == SQLITE_FULL ||
         error.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE;
}

}  // namespace

Status to_status(const SQLite::Exception& error, const std::filesystem::path& database) {
  const auto code = is_full(error) ? StatusCode::kResourceExhausted : code_of(error.getErrorCode());
  return {code, concat("database ", database.native(), ": ", error.what(), advice(code))};
}

}  // namespace foldmill::storage
