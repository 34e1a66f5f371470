#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/random.h"
#include "tests/e2e/cluster.h"

namespace foldmill::e2e {

struct ChaosOptions {
  size_t least_workers = 1;
  size_t most_workers = 1;
  int slots = 1;
  std::chrono::milliseconds longest_pause{250};   // between faults
  std::chrono::milliseconds longest_freeze{600};  // of a process; the longest outlast a lease
};

// Strikes the processes of a cluster at random: kills and freezes coordinator, workers and
// trainers, lets workers come and go. Whoever dies is started again, as by a supervisor.
class Chaos {
 public:
  Chaos(Cluster& cluster, ChaosOptions options, uint64_t seed);

  void strike();     // waits a moment, then one fault
  void calm_down();  // wakes the frozen; from here on tend() is enough
  void tend();       // starts the dead again, wakes those whose time has come

  int faults() const;
  int coordinator_kills() const { return count("coordinator killed"); }
  std::string summary() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Member {
    std::string name;
    testing::Process* process;
    bool leaving = false;
  };
  struct Frozen {
    pid_t pid;
    Clock::time_point until;
  };

  void strike_coordinator();
  void strike_worker();
  void strike_trainer();
  void join();
  void leave();
  bool kill_or_freeze(const std::string& who, pid_t pid);  // true when killed
  void add_worker();
  int count(const std::string& fault) const;
  std::chrono::milliseconds below(std::chrono::milliseconds limit);

  Cluster& cluster_;
  ChaosOptions options_;
  Random random_;
  std::vector<Member> members_;
  std::vector<Frozen> frozen_;
  int joined_ = 0;
  std::map<std::string, int> counts_;  // of faults, by what was done
};

}  // namespace foldmill::e2e
