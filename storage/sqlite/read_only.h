#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>

#include "core/result.h"

namespace foldmill::storage {

// Opens an existing database of this program's version that nothing can be written to by way of
// the connection. Errors: those of open_reader(). Throws SQLite::Exception (see guarded()).
Result<SQLite::Database> open_read_only(const std::filesystem::path& path);

}  // namespace foldmill::storage
