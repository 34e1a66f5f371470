#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace foldmill::proto {

// The whole of a small file (certificate, key, token). `what` names its role in the message.
Result<std::string> read_text_file(const std::filesystem::path& path, std::string_view what);

}  // namespace foldmill::proto
