#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"

namespace foldmill::engine {

// A live attempt: the right of one worker to report for one fold.
struct Lease {
  AttemptId attempt;
  FoldKey fold;
  WorkerId worker;
  int64_t slot = 0;
};

// Who holds what until when. Every live attempt is in here and nothing else is: looking an attempt
// up is the fencing check.
//
// Any word of a worker renews all that it holds, so there is one time of expiry per worker, not one
// per attempt; renewing costs O(log workers).
class LeaseTable {
 public:
  explicit LeaseTable(Milliseconds period) : period_(period) {}

  void grant(const Lease& lease, SteadyTime now);  // the worker gets a full period for all it holds
  void renew(WorkerId worker, SteadyTime now);     // nothing if it holds nothing
  void release(AttemptId attempt);                 // nothing if it is not there

  const Lease* find(AttemptId attempt) const;         // null: not live
  std::vector<Lease> held_by(WorkerId worker) const;  // by attempt
  std::vector<Lease> expired(SteadyTime now) const;   // by expiry, then attempt
  std::optional<SteadyTime> next_expiry() const;

 private:
  struct Holder {
    SteadyTime expiry;
    std::set<AttemptId> attempts;
  };
  void set_expiry(WorkerId worker, Holder& holder, SteadyTime expiry);

  Milliseconds period_;
  std::unordered_map<AttemptId, Lease> leases_;
  std::map<WorkerId, Holder> holders_;  // those that hold something
  std::set<std::pair<SteadyTime, WorkerId>> by_expiry_;
};

}  // namespace foldmill::engine
