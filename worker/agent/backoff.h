#pragma once

#include <algorithm>
#include <chrono>

#include "core/random.h"

namespace foldmill::worker {

// Waits that double from `first` to `last`, each shortened at random by up to half, so that a
// hundred workers do not come back in the same millisecond.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds last, uint64_t seed)
      : first_(first), last_(last), next_(first), random_(seed) {}

  std::chrono::milliseconds next() {
    const auto wait = std::chrono::milliseconds(
        static_cast<int64_t>(double(next_.count()) * random_.uniform(0.5, 1.0)));
    next_ = std::min(next_ * 2, last_);
    return wait;
  }
  void reset() { next_ = first_; }
  void set_last(std::chrono::milliseconds last) {
    last_ = std::max(first_, last);
    next_ = std::min(next_, last_);
  }

 private:
  std::chrono::milliseconds first_, last_, next_;
  Random random_;
};

}  // namespace foldmill::worker
