#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/rows.h"

namespace foldmill::storage {

struct FilterToken {
  enum class Kind { kWord, kString, kNumber, kSymbol, kEnd };
  Kind kind = Kind::kEnd;
  std::string text;     // without quotes; of a word as written
  Cell number;          // kNumber: int64_t or double; durations in seconds
  size_t position = 1;  // of the first character, from 1
};

// "filter, position 7: …"
Status filter_error(size_t position, std::string_view what);

// Words are letters, digits and _ . - (not first: a digit or a minus); strings stand in single or
// double quotes, doubled inside; numbers may carry s, m, h or d. The last token is kEnd.
Result<std::vector<FilterToken>> tokenize_filter(std::string_view text);

}  // namespace foldmill::storage
