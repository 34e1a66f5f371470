#pragma once

#include <span>

namespace foldmill::storage {

// A rule that a coordinator keeps and no constraint of the schema expresses.
struct RowRule {
  const char* name;
  const char* sql;     // a row for each place where it is broken: where, and what is wrong there
  const char* advice;  // what to do about it
};

std::span<const RowRule> row_rules();

}  // namespace foldmill::storage
