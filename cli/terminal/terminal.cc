#include "cli/terminal/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr size_t kLeastColumns = 20;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

bool is_dumb() {
  const char* term = std::getenv("TERM");
  return !term || std::string_view(term) == "dumb";
}

size_t measure_columns(int file_descriptor) {
  winsize size{};
  if (ioctl(file_descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = std::getenv("COLUMNS");
  return columns ? static_cast<size_t>(parse_int(columns).value_or(80)) : 80;
}

bool wants_color(ColorMode mode, bool terminal) {
  if (mode != ColorMode::kAuto) return mode == ColorMode::kAlways;
  if (is_set("NO_COLOR")) return false;
  const char* force = std::getenv("CLICOLOR_FORCE");
  if (force && *force && std::string_view(force) != "0") return true;
  return terminal && !is_dumb();
}

std::string_view code_of(Color color) {
  switch (color) {
    case Color::kNone:
      return "";
    case Color::kBold:
      return "1";
    case Color::kDim:
      return "2";
    case Color::kGreen:
      return "32";
    case Color::kYellow:
      return "33";
    case Color::kRed:
      return "31";
    case Color::kCyan:
      return "36";
  }
  return "";
}

}  // namespace

Terminal Terminal::of(int file_descriptor, ColorMode mode) {
  const bool terminal = isatty(file_descriptor) == 1;
  Terminal found;
  found.interactive = terminal && !is_dumb();
  found.color = wants_color(mode, terminal);
  if (terminal) found.columns = std::max(kLeastColumns, measure_columns(file_descriptor));
  return found;
}

std::string paint(std::string_view text, Color color, const Terminal& terminal) {
  if (!terminal.color || color == Color::kNone) return std::string(text);
  return concat("\x1b[", code_of(color), "m", text, "\x1b[0m");
}

}  // namespace foldmill::cli
