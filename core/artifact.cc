#include "core/artifact.h"

#include <algorithm>

namespace foldmill {

bool is_sha256_hex(const std::string& text) {
  constexpr size_t kDigits = 64;
  return text.size() == kDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace foldmill
