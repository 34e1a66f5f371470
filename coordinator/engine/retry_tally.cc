#include "coordinator/engine/retry_tally.h"

namespace foldmill::engine {

bool is_machine_fault(EndCause cause) {
  return cause == EndCause::kLost || cause == EndCause::kStalled ||
         cause == EndCause::kDataMissing || cause == EndCause::kInternal ||
         cause == EndCause::kNone;
}

void RetryTally::count(EndCause cause) {
  if (is_machine_fault(cause)) ++machine_;
  if (cause == EndCause::kStalled) ++stalls_;
  if (cause == EndCause::kOutOfMemory) ++memory_;
  if (cause == EndCause::kUserError) ++code_;
}

bool RetryTally::allows_another(EndCause cause, const RetrySpec& limits) const {
  if (is_machine_fault(cause)) return machine_ <= limits.worker_lost;
  if (cause == EndCause::kOutOfMemory) return memory_ <= limits.out_of_memory;
  if (cause == EndCause::kUserError) return code_ <= limits.error;
  return cause == EndCause::kPreempted || cause == EndCause::kCancelled;
}

}  // namespace foldmill::engine
