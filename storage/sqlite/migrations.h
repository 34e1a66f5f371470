#pragma once

#include <SQLiteCpp/Database.h>

#include <filesystem>
#include <span>

#include "core/clock.h"
#include "core/result.h"
#include "storage/sqlite/embedded_schema.h"

namespace foldmill::storage {

// In the file's header: this is a foldmill database. "FlDm".
inline constexpr int64_t kApplicationId = 0x466c446d;

// The version that the embedded files make: the number of the last migration.
int64_t schema_version(std::span<const EmbeddedFile> files);

// Whether the open file is ours and not newer than `files`. Returns its version, 0 for an empty
// file.
Result<int64_t> check_version(SQLite::Database& database, std::span<const EmbeddedFile> files,
                              const std::filesystem::path& path);

// failed_precondition unless the open file is ours and of this program's version.
Status require_our_version(SQLite::Database& database, const std::filesystem::path& path);

// Brings the file to the version of `files`: the migrations it lacks, in order, and the views if
// their text has changed, in one transaction. Refuses a file whose applied migrations had another
// text than ours.
Status migrate(SQLite::Database& database, std::span<const EmbeddedFile> files,
               const std::filesystem::path& path, WallTime now);

}  // namespace foldmill::storage
