#pragma once

#include <SQLiteCpp/Exception.h>

#include <filesystem>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace foldmill::storage {

// busy and locked -> unavailable; full -> resource_exhausted; corrupt and notadb -> data_loss;
// constraint -> internal; readonly, perm, auth -> permission_denied; what does not pass by itself
// (an I/O error, no memory, misuse) -> internal. The message names the file.
Status to_status(const SQLite::Exception& error, const std::filesystem::path& database);

// Thrown inside this folder for a failure that SQLite does not know of, so that a transaction is
// rolled back on the way; turned into its status by `guarded`.
struct StatusError {
  Status status;
};

// The one boundary where exceptions of SQLiteCpp end: runs `body`, which returns a Status or a
// Result.
template <class Body>
auto guarded(const std::filesystem::path& database, Body&& body) -> decltype(body()) {
  try {
    return std::forward<Body>(body)();
  } catch (const SQLite::Exception& error) {
    return to_status(error, database);
  } catch (const StatusError& error) {
    return error.status;
  }
}

// The value, or StatusError.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result.ok()) throw StatusError{result.status()};
  return std::move(result).value();
}

}  // namespace foldmill::storage
