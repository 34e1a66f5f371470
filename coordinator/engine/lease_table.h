#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"

namespace foldmill::engine {

// A live attempt: the right to report for one fold. Its number alone does not tell which one it is:
// a coordinator that was given an older copy of its database gives numbers a second time.
struct Lease {
  AttemptId attempt = {};
  FoldKey fold = {};
  WorkerId worker = {};
  int64_t slot = 0;
  // Of a trial that a loop outside asked for: how long it may be silent.
  std::optional<Milliseconds> asked_for = {};
  WallTime leased = {};
};

// Who holds what until when. Every live attempt is in here and nothing else is: looking an attempt
// up is the fencing check.
//
// Any word of a worker renews all that it holds, so there is one time of expiry per worker, not one
// per attempt; renewing costs O(log holders). A trial that was asked for has a time of its own,
// because one asker's loops know nothing of each other.
class LeaseTable {
 public:
  explicit LeaseTable(Milliseconds period) : period_(period) {}

  void grant(const Lease& lease, SteadyTime now);  // its holder gets a full period for all it holds
  void renew(WorkerId worker, SteadyTime now);     // nothing if it holds nothing
  void renew(const TrialKey& asked, SteadyTime now);  // likewise
  // All that it holds ends in `grace`, unless it is heard before or would end sooner anyway.
  void shorten(WorkerId worker, SteadyTime now, Milliseconds grace);
  void renew_all(SteadyTime now);
  void release(AttemptId attempt);  // nothing if it is not there

  const Lease* find(AttemptId attempt) const;         // null: not live
  std::vector<Lease> held_by(WorkerId worker) const;  // by attempt; without trials asked for
  std::vector<Lease> expired(SteadyTime now) const;   // by expiry, then attempt
  std::optional<SteadyTime> next_expiry() const;
  // When it was heard last; nothing if it holds nothing.
  std::optional<SteadyTime> last_heard(WorkerId worker) const;

 private:
  using HolderKey = std::variant<WorkerId, TrialKey>;
  struct Holder {
    SteadyTime expiry;
    SteadyTime heard;
    Milliseconds period;
    std::set<AttemptId> attempts;
  };
  static HolderKey holder_of(const Lease& lease);
  std::vector<Lease> held_by(const HolderKey& key) const;
  void renew(const HolderKey& key, SteadyTime now);
  void hear(const HolderKey& key, Holder& holder, SteadyTime now);
  void set_expiry(const HolderKey& key, Holder& holder, SteadyTime expiry);

  Milliseconds period_;
  std::unordered_map<AttemptId, Lease> leases_;
  std::map<HolderKey, Holder> holders_;  // those that hold something
  std::set<std::pair<SteadyTime, HolderKey>> by_expiry_;
};

}  // namespace foldmill::engine
