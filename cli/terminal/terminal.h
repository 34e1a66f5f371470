#pragma once

#include <cstddef>
#include <limits>
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

  // What lines of text have to fit in; piped, they are left whole.
  size_t line_width() const { return interactive ? columns : std::numeric_limits<size_t>::max(); }

  static Terminal of(int file_descriptor, ColorMode mode);
};

enum class Color { kNone, kBold, kDim, kGreen, kYellow, kRed, kCyan };

// `text` in a colour where the terminal has any; the text alone always says the same.
std::string paint(std::string_view text, Color color, const Terminal& terminal);

}  // namespace foldmill::cli
