#include "core/byte_size.h"

#include <array>
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

}  // namespace foldmill
