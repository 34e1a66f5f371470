#pragma once

#include <filesystem>
#include <string_view>

namespace foldmill::trainer {

// Writes a file so that it is there whole or not at all, power cuts included: under a temporary
// name, synced, renamed, its directory synced. Throws AttemptError (internal) with path and reason.
void write_durably(const std::filesystem::path& path, std::string_view content);

}  // namespace foldmill::trainer
