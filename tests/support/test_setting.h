#pragma once

#include <cstdint>
#include <cstdlib>

namespace foldmill::test {

// How much a slow test does: the number in that environment variable, else `usual`.
inline int64_t test_setting(const char* variable, int64_t usual) {
  const char* chosen = std::getenv(variable);
  return chosen == nullptr ? usual : std::strtoll(chosen, nullptr, 10);
}

}  // namespace foldmill::test
