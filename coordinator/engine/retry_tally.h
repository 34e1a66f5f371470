#pragma once

#include "core/study.h"
#include "core/trial.h"

namespace foldmill::engine {

// How often the attempts at one fold have gone wrong, by whose account it goes: the machine's
// (lost, stalled, data missing, internal), the memory's, or the code's. Diverged and pruned are
// answers and are never retried; preempted and cancelled cost nothing.
class RetryTally {
 public:
  void count(EndCause cause);
  // What was counted as lost once was not: its holder has come back.
  void forgive_loss() { --machine_; }
  int stalls() const { return stalls_; }  // of the machine's, how many brought no epochs any more
  // Whether the fold may be given to another attempt after one that ended for `cause`, which has
  // been counted.
  bool allows_another(EndCause cause, const RetrySpec& limits) const;

 private:
  int machine_ = 0;
  int stalls_ = 0;
  int memory_ = 0;
  int code_ = 0;
};

// Whether the cause speaks against the machine, so that the fold had better go to another one.
bool is_machine_fault(EndCause cause);

}  // namespace foldmill::engine
