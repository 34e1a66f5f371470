#include "sampler/cmaes/cmaes_sampler.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "sampler/cmaes/evolution.h"
#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"
#include "sampler/trial_ranks.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// One parameter as a coordinate on the unit interval.
struct Coordinate {
  size_t parameter;  // index in the space
  UnitTransform transform;

  double place_of(double internal) const {
    return (transform.to_scale(internal) - transform.low()) / transform.width();
  }
  double internal_at(double place) const {
    return transform.from_unit(std::clamp(place, 0.0, 1.0));
  }
  double low_end(double member) const {
    return (transform.cell_low(member) - transform.low()) / transform.width();
  }
  double high_end(double member) const {
    return (transform.cell_high(member) - transform.low()) / transform.width();
  }
  // A grid so fine that rounding blurs its cells is as good as continuous.
  bool has_cells() const {
    constexpr double kFinest = 1e-7;
    const double top = internal_at(1);  // whose cell is the narrowest, on a logarithm
    return transform.stepped() && high_end(top) - low_end(top) > kFinest;
  }
  Cell cell_at(double place) const {
    const double member = internal_at(place);
    const double low = low_end(member), high = high_end(member);
    constexpr double kEnd = 1e-9;  // rounding of the range's own ends
    return {low > kEnd ? std::optional(low) : std::nullopt,
            high < 1 - kEnd ? std::optional(high) : std::nullopt};
  }
};

std::vector<Coordinate> coordinates_of(const SearchSpace& space) {
  std::vector<Coordinate> coordinates;
  for (size_t index = 0; index < space.size(); ++index) {
    const SearchParameter& parameter = space.parameters()[index];
    const auto transform = UnitTransform::of(parameter.distribution);
    if (transform && parameter.when.empty() && !parameter.distribution.is_single())
      coordinates.push_back({index, *transform});
  }
  return coordinates;
}

std::vector<CellOf> cells_of(const std::vector<Coordinate>& coordinates) {
  std::vector<CellOf> cells;
  for (const Coordinate& coordinate : coordinates)
    cells.push_back(coordinate.has_cells()
                        ? CellOf([coordinate](double place) { return coordinate.cell_at(place); })
                        : CellOf());
  return cells;
}

class Replay {
 public:
  Replay(const std::vector<Coordinate>& coordinates, const EvolutionRates& rates,
         const std::vector<CellOf>& cells, double sigma, uint64_t seed)
      : coordinates_(coordinates), seed_(seed), latest_{Evolution(rates, cells, sigma)} {}

  const Evolution& now() const { return latest_.front(); }

  // One generation, best first.
  void advance(const std::vector<const Observation*>& ranked) {
    std::vector<VectorXd> steps;
    for (const Observation* trial : ranked) steps.push_back(step_of(*trial));
    latest_.push_front(now());
    latest_.front().update(steps);
    if (latest_.size() > kRemembered) latest_.pop_back();
  }

 private:
  static constexpr size_t kRemembered = 5;  // generations that a slow trial may be behind

  VectorXd step_of(const Observation& trial) const {
    for (size_t age = 0; age < latest_.size(); ++age) {
      Random random(seed_, RandomPurpose::kSampler, trial.number);
      const VectorXd drawn = latest_[age].sample(random);
      if (!is_at(trial, drawn)) continue;
      return age == 0 ? now().step_to(drawn) : now().injected_step_to(drawn);
    }
    VectorXd recorded(static_cast<Index>(coordinates_.size()));
    for (Index j = 0; j < recorded.size(); ++j)
      recorded[j] = std::clamp(coordinate(j).place_of(internal(trial, j)), 0.0, 1.0);
    return now().injected_step_to(recorded);
  }

  bool is_at(const Observation& trial, const VectorXd& drawn) const {
    constexpr double kTolerance = 1e-9;  // of the range
    for (Index j = 0; j < drawn.size(); ++j) {
      const Coordinate& c = coordinate(j);
      if (!(std::abs(c.place_of(c.internal_at(drawn[j])) - c.place_of(internal(trial, j))) <=
            kTolerance))
        return false;
    }
    return true;
  }

  const Coordinate& coordinate(Index j) const { return coordinates_[static_cast<size_t>(j)]; }
  double internal(const Observation& trial, Index j) const {
    return trial.internal[coordinate(j).parameter];
  }

  const std::vector<Coordinate>& coordinates_;
  uint64_t seed_;
  std::deque<Evolution> latest_;  // newest first
};

// Those that a distribution can learn from, by number.
std::vector<const Observation*> finished_trials(const History& history,
                                                const std::vector<Coordinate>& coordinates) {
  std::vector<const Observation*> trials;
  for (const History::Entry& entry : history.entries()) {
    const bool finished =
        entry->state == TrialState::kCompleted || entry->state == TrialState::kPruned;
    const auto is_known = [&](const Coordinate& c) {
      return c.parameter < entry->internal.size() &&
             std::isfinite(c.place_of(entry->internal[c.parameter]));
    };
    if (finished && std::all_of(coordinates.begin(), coordinates.end(), is_known))
      trials.push_back(entry.get());
  }
  std::sort(trials.begin(), trials.end(),
            [](const auto* a, const auto* b) { return a->number < b->number; });
  return trials;
}

int default_population(size_t dimensions) {
  return 4 + static_cast<int>(3 * std::log(static_cast<double>(dimensions)));
}

}  // namespace

Result<ParameterSet> CmaesSampler::suggest(const History& history, const SearchSpace& space,
                                           Direction direction, uint64_t study_seed,
                                           TrialNumber number, const ParameterSet& fixed) const {
  Random random(study_seed, RandomPurpose::kSampler, number);
  const std::vector<Coordinate> coordinates = coordinates_of(space);
  std::vector<double> internal(space.size(), std::numeric_limits<double>::quiet_NaN());
  if (!coordinates.empty()) {
    const int population = population_ > 0 ? population_ : default_population(coordinates.size());
    const EvolutionRates rates(static_cast<int>(coordinates.size()), population);
    const std::vector<CellOf> cells = cells_of(coordinates);
    Replay replay(coordinates, rates, cells, sigma_, study_seed);
    const std::vector<const Observation*> trials = finished_trials(history, coordinates);
    const auto size = static_cast<size_t>(population);
    for (size_t first = 0; first + size <= trials.size(); first += size) {
      std::vector<const Observation*> generation(
          trials.begin() + static_cast<ptrdiff_t>(first),
          trials.begin() + static_cast<ptrdiff_t>(first + size));
      std::sort(generation.begin(), generation.end(), [&](const auto* a, const auto* b) {
        return value_rank(*a, direction) < value_rank(*b, direction);
      });
      replay.advance(generation);
    }
    const VectorXd point = replay.now().sample(random);
    for (size_t j = 0; j < coordinates.size(); ++j)
      internal[coordinates[j].parameter] = coordinates[j].internal_at(point[static_cast<Index>(j)]);
  }
  return build_point(space, fixed, [&](size_t index) {
    return std::isnan(internal[index])
               ? sample_uniform(space.parameters()[index].distribution, random)
               : internal[index];
  });
}

}  // namespace foldmill::sampler
