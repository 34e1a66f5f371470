#pragma once

#include <string_view>

namespace foldmill::trainer {

// `text` without the characters of `what` at either end.
inline std::string_view trim(std::string_view text, std::string_view what) {
  const size_t begin = text.find_first_not_of(what);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}

// The part before `separator`, which is taken away from `rest` together with it.
inline std::string_view next_piece(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view piece = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return piece;
}

}  // namespace foldmill::trainer
