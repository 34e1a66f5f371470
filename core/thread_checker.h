#pragma once

#include <thread>

#include "core/check.h"

namespace foldmill {

// Asserts that a class is used by the one thread that owns it. Bound to the first thread that
// checks, so that an object may be built on one thread and handed to its own.
class ThreadChecker {
 public:
  void check() {
    if (owner_ == std::thread::id{}) owner_ = std::this_thread::get_id();
    FOLDMILL_CHECK(owner_ == std::this_thread::get_id(), "used from a thread that does not own it");
  }
  // The next check binds anew: for a hand-over.
  void detach() { owner_ = {}; }

 private:
  std::thread::id owner_;
};

}  // namespace foldmill
