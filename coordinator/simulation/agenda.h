#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <queue>
#include <utility>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"

namespace foldmill::simulation {

inline SteadyTime after(SteadyTime time, double seconds) {
  return time +
         std::chrono::duration_cast<SteadyTime::duration>(std::chrono::duration<double>(seconds));
}

// What is going to happen in a virtual world. `worker` is a place in its list of workers.
struct EpochDone {
  size_t worker;
  AttemptId attempt;  // that trains it; if it is not the worker's any more, nothing happens
};
struct WorkerDies {
  size_t worker;
};
struct WorkerReturns {
  size_t worker;
};
struct FleetChanges {
  size_t act;  // place in Fleet::acts
};

// Kept in the order of time; what is due at one time happens in the order in which it was put down,
// so that a world runs the same every time.
class Agenda {
 public:
  using What = std::variant<EpochDone, WorkerDies, WorkerReturns, FleetChanges>;
  struct Entry {
    SteadyTime at;
    uint64_t order;
    What what;
  };

  void add(SteadyTime at, What what) { entries_.push({at, ++last_, what}); }
  bool empty() const { return entries_.empty(); }
  SteadyTime next_time() const { return entries_.top().at; }
  Entry take() {
    Entry entry = entries_.top();
    entries_.pop();
    return entry;
  }

 private:
  struct Later {
    bool operator()(const Entry& a, const Entry& b) const {
      return std::pair(a.at, a.order) > std::pair(b.at, b.order);
    }
  };
  std::priority_queue<Entry, std::vector<Entry>, Later> entries_;
  uint64_t last_ = 0;
};

}  // namespace foldmill::simulation
