#include "coordinator/simulation/fleet.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace foldmill::simulation {
namespace {

constexpr int64_t kMostWorkers = 100'000;

bool is_positive(double value) { return std::isfinite(value) && value > 0; }

// Philox keys that differ make streams that do.
uint64_t stream_key(uint64_t seed, int64_t worker) {
  return seed ^ (static_cast<uint64_t>(worker + 1) << 32);
}

}  // namespace

Status Fleet::validate() const {
  if (workers < 1 || workers > kMostWorkers)
    return invalid_argument(concat("workers: ", workers, " is not in 1 … ", kMostWorkers));
  if (epoch_seconds && !is_positive(*epoch_seconds))
    return invalid_argument("the seconds of an epoch must be above 0");
  if (speeds.empty() || !std::all_of(speeds.begin(), speeds.end(), is_positive))
    return invalid_argument(
        "speeds must be above 0: 1 is that of the machine that epochs are "
        "timed on, 2 is twice as fast");
  if (!(speed_spread >= 0 && speed_spread <= 2))
    return invalid_argument("the spread of speeds must be in 0 … 2: 0.2 means about 20 %");
  if ((mean_up_seconds && !is_positive(*mean_up_seconds)) || !is_positive(mean_down_seconds))
    return invalid_argument("times between failures and until repair must be above 0");
  for (const FleetAct& act : acts)
    if (!(act.seconds >= 0) || act.count < 1 || act.count > kMostWorkers)
      return invalid_argument(
          concat("what happens to the fleet needs a time and 1 … ", kMostWorkers, " workers"));
  return ok_status();
}

bool Fleet::may_fail() const {
  return mean_up_seconds || std::any_of(acts.begin(), acts.end(), [](const FleetAct& act) {
           return act.kind != FleetAct::Kind::kJoin;
         });
}

WorkerLuck::WorkerLuck(const Fleet& fleet, uint64_t seed, int64_t worker)
    : fleet_(fleet),
      random_(stream_key(seed, worker)),
      speed_(fleet.speeds[static_cast<size_t>(worker) % fleet.speeds.size()] *
             std::exp(fleet.speed_spread * random_.normal())) {}

double WorkerLuck::exponential(double mean) { return -mean * std::log1p(-random_.uniform()); }

}  // namespace foldmill::simulation
