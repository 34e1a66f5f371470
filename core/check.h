#pragma once

#include <string_view>

namespace foldmill::detail {
[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view message);
}  // namespace foldmill::detail

// Stops the program on a programmer's error, with place and message. Always on. Never for anything
// that arrives by wire, file or flag: that is a Status.
#define FOLDMILL_CHECK(condition, message)                                          \
  do {                                                                              \
    if (!(condition)) [[unlikely]]                                                  \
      ::foldmill::detail::check_failed(__FILE__, __LINE__, #condition, (message));  \
  } while (false)
