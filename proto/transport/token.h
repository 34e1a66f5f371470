#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace foldmill::proto {

inline constexpr const char* kAuthorizationKey = "authorization";
inline constexpr std::string_view kBearerPrefix = "Bearer ";

// The shared secret of a coordinator and its clients: the file's text without surrounding white
// space, at least 16 printable ASCII characters. permission_denied when group or others may read
// the file.
Result<std::string> read_token_file(const std::filesystem::path& path);

// Takes equally long wherever the two differ, so that timing tells nothing but the length.
bool constant_time_equal(std::string_view a, std::string_view b);

}  // namespace foldmill::proto
