#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <functional>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "core/status.h"
#include "tests/bench/load/tally.h"
#include "tests/bench/load/virtual_worker.h"

namespace foldmill::bench {

// Many virtual workers on one thread: the caller's, while it is in one of the functions below. Each
// has a connection of its own, as workers on machines of their own have.
class Fleet {
 public:
  // `address` as in proto/transport/address.h, on this machine.
  Fleet(const std::string& address, int workers, const WorkPlan& plan);
  ~Fleet();
  Fleet(const Fleet&) = delete;
  Fleet& operator=(const Fleet&) = delete;

  // Until every worker is welcome. Failures of this and the next: internal, when a worker had to
  // give up; deadline_exceeded.
  Status join(std::chrono::seconds limit);
  Status run_until(const std::function<bool()>& done, std::chrono::nanoseconds limit);
  Status run_for(std::chrono::nanoseconds time);
  // Trains no further, until everything that was said is acknowledged.
  Status come_to_rest(std::chrono::seconds limit);

  const Tally& tally() const { return tally_; }
  // What was seen since the last time it was taken.
  Tally take_tally();
  // Of its whole life.
  int64_t reports() const { return taken_.reports + tally_.reports; }
  int64_t uncertain() const { return taken_.uncertain + tally_.uncertain; }
  int64_t reconnects() const { return taken_.reconnects + tally_.reconnects; }

 private:
  struct Waking {
    SteadyTime at;
    VirtualWorker* worker;
    AttemptId attempt;
    friend bool operator>(const Waking& a, const Waking& b) { return a.at > b.at; }
  };
  // False: the deadline came first.
  bool drive_until(const std::function<bool()>& done, SteadyTime deadline);
  void wake_due(SteadyTime now);
  bool all(bool (VirtualWorker::*is)() const) const;

  grpc::CompletionQueue queue_;
  Tally tally_;
  Tally taken_;  // counts of what was taken, without times
  bool resting_ = false;
  std::string failure_;
  VirtualWorker::Host host_;
  std::priority_queue<Waking, std::vector<Waking>, std::greater<>> wakings_;
  std::vector<std::unique_ptr<VirtualWorker>> workers_;
};

}  // namespace foldmill::bench
