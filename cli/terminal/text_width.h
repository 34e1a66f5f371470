#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace foldmill::cli {

// Columns that UTF-8 text takes on a terminal: 2 for wide characters, 0 for combining ones.
// Malformed bytes count as one column each.
size_t display_width(std::string_view text);

// At most `columns` wide; what is cut off is replaced by "…".
std::string truncate_to(std::string_view text, size_t columns);

// Spaces on the right (or left) up to `columns`. Wider text stays as it is.
std::string pad_right(std::string_view text, size_t columns);
std::string pad_left(std::string_view text, size_t columns);

// "label     text": the text begins at the eleventh column, and so does what follows of it where it
// is broken, between words, lest a line is wider than `columns`. Ends with a newline.
std::string labelled(std::string_view label, std::string_view text, size_t columns);

// With every control character replaced by a space: text of others never steers the terminal.
std::string printable(std::string_view text);

}  // namespace foldmill::cli
