#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "core/rows.h"

namespace foldmill::storage {

// Part of a SQL statement over `trial t`, with the values for its question marks in order: what a
// user wrote never becomes SQL text.
struct SqlFragment {
  std::string text;
  std::vector<Cell> values;
};

struct SortKey {
  SqlFragment expression;
  bool descending = false;
};

// The language of `--where` and `--sort` (docs/filters.md):
//   expr  = and {"or" and}      and = not {"and" not}      not = "not" not | "(" expr ")" | test
//   test  = field op value | field ["not"] "in" "(" value {"," value} ")"
//         | field ["not"] "like" value | field "is" ["not"] "null"
// `parameters` are the names that the study searches. invalid_argument with the position (from 1)
// and, for a name that is not known, the nearest one.
Result<SqlFragment> compile_filter(std::string_view where,
                                   const std::vector<std::string>& parameters);
// "value", "-value,lr": fields as above, a minus for descending. Empty for an empty text.
Result<std::vector<SortKey>> compile_sort(std::string_view sort,
                                          const std::vector<std::string>& parameters);

}  // namespace foldmill::storage
