#include "core/byte_size.h"

#include <array>
#include <cstdio>
#include <utility>

#include "core/text.h"

namespace foldmill {

std::optional<int64_t> parse_byte_size(std::string_view text) {
  constexpr double kMiB = 1024.0 * 1024;
  static constexpr std::array<std::pair<std::string_view, double>, 3> kUnits = {
      {{"MiB", kMiB}, {"GiB", kMiB * 1024}, {"TiB", kMiB * 1024 * 1024}}};
  constexpr double kMost = 1e15;
  for (const auto& [unit, bytes] : kUnits) {
    if (!text.ends_with(unit)) continue;
    const auto count = parse_double(text.substr(0, text.size() - unit.size()));
    if (count && *count > 0 && *count * bytes <= kMost) return static_cast<int64_t>(*count * bytes);
  }
  return std::nullopt;
}

std::string describe_byte_size(int64_t bytes) {
  if (bytes < 1024) return concat(bytes, bytes == 1 ? " byte" : " bytes");
  static constexpr std::array<std::string_view, 4> kUnits = {"KiB", "MiB", "GiB", "TiB"};
  double count = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; count >= 1023.95 && unit + 1 < kUnits.size(); ++unit) count /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f ", count);
  return concat(std::string_view(text.data()), kUnits[unit]);
}

}  // namespace foldmill
