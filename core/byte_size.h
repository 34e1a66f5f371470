#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace foldmill {

// "512MiB", "4GiB", "1.5TiB" as bytes; nothing for anything else, and beyond 10^15, which is a
// slipped digit.
std::optional<int64_t> parse_byte_size(std::string_view text);

// "512 bytes", "1.5 KiB", "12.3 MiB": for people.
std::string describe_byte_size(int64_t bytes);

}  // namespace foldmill
