#pragma once

#include <filesystem>
#include <memory>

#include "cli/study_source.h"

namespace foldmill::cli {

// A database file, read beside whoever writes it; needs nothing running.
Result<std::unique_ptr<StudySource>> open_file_source(const std::filesystem::path& database);

// Copies a file; the destination appears whole or not at all.
Status copy_whole(const std::filesystem::path& from, const std::filesystem::path& destination);

}  // namespace foldmill::cli
