#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace foldmill {

// "512MiB", "4GiB", "1.5TiB" as bytes; nothing for anything else, and beyond 10^15, which is a
// slipped digit.
std::optional<int64_t> parse_byte_size(std::string_view text);

}  // namespace foldmill
