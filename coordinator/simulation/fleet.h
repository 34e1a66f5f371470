#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.h"
#include "core/status.h"

namespace foldmill::simulation {

inline constexpr double kUsualEpochSeconds = 60;

// What happens to the fleet at one time, to `count` workers.
struct FleetAct {
  enum class Kind {
    kJoin,   // new ones come
    kLose,   // those that are there longest die without a word, for good
    kDrain,  // those that are there longest give back what they do, and leave
  };
  double seconds = 0;  // from the start
  Kind kind = Kind::kJoin;
  int64_t count = 1;
};

// The workers of a simulation, each with one slot. Draws are by the study's seed and the worker's
// number, so that all variants of a study meet the same fleet.
struct Fleet {
  int64_t workers = 1;                       // at the start
  std::optional<double> epoch_seconds = {};  // on a worker of speed 1; default: what the curves say
  std::vector<double> speeds = {1.0};        // of the workers in turn
  double speed_spread = 0;  // > 0: times a factor drawn for each, log-normal with this deviation
  std::optional<double> mean_up_seconds =
      {};                          // a worker dies after a time that is drawn (exponential)
  double mean_down_seconds = 600;  // and is back after such a time, as a new process
  std::vector<FleetAct> acts = {};

  // invalid_argument: a number out of its range.
  Status validate() const;
  bool may_fail() const;  // whether an attempt can be lost or given back
};

// What is drawn for one worker.
class WorkerLuck {
 public:
  WorkerLuck(const Fleet& fleet, uint64_t seed, int64_t worker);

  double speed() const { return speed_; }
  double next_up_seconds() { return exponential(*fleet_.mean_up_seconds); }
  double next_down_seconds() { return exponential(fleet_.mean_down_seconds); }

 private:
  double exponential(double mean);

  const Fleet& fleet_;
  Random random_;
  double speed_;
};

}  // namespace foldmill::simulation
