#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <numbers>
#include <utility>
#include <vector>

#include "core/random.h"
#include "core/search_space.h"
#include "sampler/history.h"
#include "sampler/sampler.h"

// Small studies for tests of samplers: builders for histories, known functions, a sequential run.
namespace foldmill::sampler {

// The internal values of a point, NaN where a parameter is absent.
inline std::vector<double> internal_values(const SearchSpace& space, const ParameterSet& point) {
  std::vector<double> internal;
  for (const SearchParameter& parameter : space.parameters()) {
    const ParameterValue* value = point.find(parameter.name);
    internal.push_back(value ? parameter.distribution.to_internal(*value).value_or(std::nan(""))
                             : std::nan(""));
  }
  return internal;
}

inline History::Entry observation(int64_t number, TrialState state, std::vector<double> internal,
                                  double value, int64_t last_epoch = 0) {
  return std::make_shared<const Observation>(Observation{.number = TrialNumber(number),
                                                         .state = state,
                                                         .internal = std::move(internal),
                                                         .value = value,
                                                         .last_epoch = last_epoch});
}

using Objective = std::function<double(const std::vector<double>& internal)>;

inline double sphere(const std::vector<double>& x) {
  double sum = 0;
  for (double value : x) sum += value * value;
  return sum;
}

// On [-5, 10] x [0, 15]; minimum 0.397887 (Branin 1972).
inline double branin(const std::vector<double>& x) {
  constexpr double kPi = std::numbers::pi;
  const double b = 5.1 / (4 * kPi * kPi);
  const double valley = x[1] - b * x[0] * x[0] + 5 / kPi * x[0] - 6;
  return valley * valley + 10 * (1 - 1 / (8 * kPi)) * std::cos(x[0]) + 10;
}

// The best value of `trials` trials, one after the other.
inline double minimize(const Sampler& sampler, const SearchSpace& space, const Objective& objective,
                       uint64_t seed, int64_t trials) {
  std::vector<History::Entry> entries;
  double best = INFINITY;
  for (int64_t number = 0; number < trials; ++number) {
    const ParameterSet point =
        sampler
            .suggest(History(entries), space, Direction::kMinimize, seed, TrialNumber(number), {})
            .value();
    std::vector<double> internal = internal_values(space, point);
    const double value = objective(internal);
    best = std::min(best, value);
    entries.push_back(observation(number, TrialState::kCompleted, std::move(internal), value));
  }
  return best;
}

}  // namespace foldmill::sampler
