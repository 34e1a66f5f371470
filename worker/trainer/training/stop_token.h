#pragma once

#include <atomic>

namespace foldmill::trainer {

// kClosed: nobody listens any more.
enum class StopCause { kNone, kPruned, kCancelled, kPreempted, kClosed };

// Asks one attempt to stop. Written by the reader thread, looked at by the training thread at every
// batch: the only thing the two share while an attempt runs. The first cause stands.
class StopToken {
 public:
  void request(StopCause cause) {
    StopCause none = StopCause::kNone;
    cause_.compare_exchange_strong(none, cause);
  }
  StopCause cause() const { return cause_.load(); }
  bool requested() const { return cause() != StopCause::kNone; }

 private:
  std::atomic<StopCause> cause_{StopCause::kNone};
};

}  // namespace foldmill::trainer
