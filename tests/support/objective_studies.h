#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/hypervolume.h"
#include "tests/support/sampler_studies.h"

// Studies of several objectives, for tests of samplers.
namespace foldmill::sampler {

// A completed trial; `losses` holds at least one.
inline History::Entry ended(int64_t number, const Losses& losses, double violation = 0,
                            std::vector<double> internal = {}) {
  Observation trial;
  trial.number = TrialNumber(number);
  trial.state = TrialState::kCompleted;
  trial.internal = std::move(internal);
  trial.value = losses.front();
  trial.more_losses.assign(losses.begin() + 1, losses.end());
  trial.violation = violation;
  return std::make_shared<const Observation>(std::move(trial));
}

using LossesOf = std::function<Losses(const std::vector<double>& internal)>;

// What `trials` trials, one after the other, dominate up to the reference.
inline double front_volume(const Sampler& sampler, const SearchSpace& space,
                           const LossesOf& losses_of, uint64_t seed, int64_t trials,
                           const Losses& reference) {
  std::vector<History::Entry> entries;
  std::vector<Losses> points;
  for (int64_t number = 0; number < trials; ++number) {
    const ParameterSet point =
        sampler
            .suggest(History(entries), space, Direction::kMinimize, seed, TrialNumber(number), {})
            .value();
    const std::vector<double> internal = internal_values(space, point);
    points.push_back(losses_of(internal));
    entries.push_back(ended(number, points.back(), 0, internal));
  }
  return hypervolume(points, reference);
}

}  // namespace foldmill::sampler
