#pragma once

#include <atomic>
#include <thread>

#include "core/check.h"

namespace foldmill {

// Asserts that a class is used by the one thread that owns it. Bound by bind(), or else to the
// first thread that checks, so that an object may be built on one thread and handed to its own.
class ThreadChecker {
 public:
  void bind() { owner_.store(std::this_thread::get_id()); }
  void check() const {
    std::thread::id owner{};
    const std::thread::id self = std::this_thread::get_id();
    FOLDMILL_CHECK(owner_.compare_exchange_strong(owner, self) || owner == self,
                   "used from a thread that does not own it");
  }

 private:
  mutable std::atomic<std::thread::id> owner_{};
};

}  // namespace foldmill
