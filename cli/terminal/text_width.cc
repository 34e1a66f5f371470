#include "cli/terminal/text_width.h"

#include <wchar.h>

#include <algorithm>
#include <cstdint>

namespace foldmill::cli {
namespace {

struct Character {
  size_t bytes;
  size_t columns;
};

// Decodes by hand: mbrtowc would depend on the locale, and a container often has none but "C".
Character next_character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  const size_t length = lead < 0x80    ? 1
                        : lead >= 0xF0 ? 4
                        : lead >= 0xE0 ? 3
                        : lead >= 0xC2 ? 2
                                       : 0;
  if (length == 0 || length > text.size()) return {1, 1};
  if (length == 1) return {1, 1};
  uint32_t code = lead & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {1, 1};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  // wcwidth says -1 for all of these in the C locale; then one column is the best guess.
  const int width = wcwidth(static_cast<wchar_t>(code));
  return {length, width < 0 ? 1u : static_cast<size_t>(width)};
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t columns = 0;
  while (!text.empty()) {
    const Character character = next_character(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string truncate_to(std::string_view text, size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::string out;
  size_t used = 0;
  while (!text.empty()) {
    const Character character = next_character(text);
    if (used + character.columns > columns - 1) break;
    out += text.substr(0, character.bytes);
    used += character.columns;
    text.remove_prefix(character.bytes);
  }
  return out + "…";
}

std::string pad_right(std::string_view text, size_t columns) {
  const size_t width = display_width(text);
  return std::string(text) + std::string(columns > width ? columns - width : 0, ' ');
}

std::string pad_left(std::string_view text, size_t columns) {
  const size_t width = display_width(text);
  return std::string(columns > width ? columns - width : 0, ' ') + std::string(text);
}

std::string labelled(std::string_view label, std::string_view text, size_t columns) {
  constexpr size_t kLabel = 10;
  const size_t room = columns > kLabel ? columns - kLabel : 1;
  std::string out = pad_right(label, kLabel);
  size_t used = 0;  // of this line's room
  while (!text.empty()) {
    const size_t word = std::min(text.find_first_not_of(' '), text.size());  // spaces before it
    const size_t end = std::min(text.find(' ', word), text.size());
    const size_t width = display_width(text.substr(0, end));
    if (used > 0 && width > room - used) {
      out += '\n' + std::string(kLabel, ' ');
      text.remove_prefix(word);
      used = 0;
      continue;
    }
    out += text.substr(0, end);
    used += std::min(width, room - used);
    text.remove_prefix(end);
  }
  return out + '\n';
}

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

}  // namespace foldmill::cli
