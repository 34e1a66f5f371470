#pragma once

#include <string>

#include "storage/refusal.h"
#include "storage/sqlite/errors.h"

// Changes that contradict what is stored.
namespace foldmill::storage {

[[noreturn]] inline void refuse(const std::string& what, const std::string& why) {
  throw StatusError{refusal::contradiction(what, why)};
}

[[noreturn]] inline void refuse_unknown(const std::string& what) {
  throw StatusError{refusal::unknown(what)};
}

}  // namespace foldmill::storage
