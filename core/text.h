#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace foldmill {

namespace detail {
inline void append(std::string& out, std::string_view piece) { out += piece; }
inline void append(std::string& out, char piece) { out += piece; }
template <class Integer>
  requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool> &&
           !std::is_same_v<Integer, char>)
void append(std::string& out, Integer piece) {
  out += std::to_string(piece);
}
}  // namespace detail

// Joins strings, characters and integers. `core` has no fmt; for doubles see format_number.
template <class... Pieces>
std::string concat(const Pieces&... pieces) {
  std::string out;
  (detail::append(out, pieces), ...);
  return out;
}

// Shortest text that reads back to the same double: "0.1", "1e-05", "nan", "inf", "-inf".
std::string format_number(double value);

// The whole of `text` as a number (as strtod in the C locale, plus nan/inf), or nothing.
std::optional<double> parse_double(std::string_view text);
std::optional<int64_t> parse_int(std::string_view text);

std::string join(const std::vector<std::string>& parts, std::string_view separator);

// At most `limit` bytes of `text`, cut between characters; U+FFFD stands for every byte that is no
// part of valid UTF-8. What programs print may hold anything, and messages must not.
std::string sound_utf8(std::string_view text, size_t limit);

// The candidate nearest to `word` by Damerau-Levenshtein distance (adjacent swaps count as one),
// if near enough to be a typing error: at most a third of the word's length, at least 1.
std::optional<std::string> closest_match(std::string_view word,
                                         const std::vector<std::string>& candidates);

}  // namespace foldmill
