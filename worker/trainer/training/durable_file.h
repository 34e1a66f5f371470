#pragma once

#include <filesystem>
#include <initializer_list>
#include <string_view>

namespace foldmill::trainer {

// Writes a file so that it is there whole or not at all, power cuts included: under a temporary
// name, synced, renamed, its directory synced. Throws AttemptError (internal) with path and reason,
// and leaves no temporary file behind then.
void write_durably(const std::filesystem::path& path, std::string_view content);
// The same of the pieces, one after the other.
void write_durably(const std::filesystem::path& path,
                   std::initializer_list<std::string_view> pieces);

}  // namespace foldmill::trainer
