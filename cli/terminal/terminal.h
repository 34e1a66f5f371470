#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace foldmill::cli {

enum class ColorMode { kAuto, kAlways, kNever };

// What an output stream can show. Decided once, from the stream and the environment (NO_COLOR,
// CLICOLOR_FORCE, TERM=dumb, COLUMNS).
struct Terminal {
  bool interactive = false;  // a terminal that can move its cursor
  bool color = false;
  size_t columns = 80;  // of no meaning when not interactive: nothing is cut then

  static Terminal of(int file_descriptor, ColorMode mode);
};

enum class Color { kNone, kBold, kDim, kGreen, kYellow, kRed, kCyan };

// `text` in a colour where the terminal has any; the text alone always says the same.
std::string paint(std::string_view text, Color color, const Terminal& terminal);

}  // namespace foldmill::cli
