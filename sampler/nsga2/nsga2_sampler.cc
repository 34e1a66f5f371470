#include "sampler/nsga2/nsga2_sampler.h"

#include <algorithm>
#include <optional>

#include "core/random.h"
#include "sampler/internal_range.h"
#include "sampler/nsga2/survival.h"
#include "sampler/nsga2/variation.h"
#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"

namespace foldmill::sampler {
namespace {

constexpr size_t kPopulation = 20;  // enough for two objectives, and many generations in few trials
constexpr double kCrossover = 0.9;       // of a child, else it is its first parent, mutated
constexpr double kCrossoverOfOne = 0.5;  // of a parameter of such a child
constexpr int kTries = 20;               // for a child that is not its parent over again

// Those that may be parents of the trial `before` or later ones, by number.
std::vector<const Observation*> completed_trials(const History& history, int64_t before) {
  std::vector<const Observation*> trials;
  for (const History::Entry& trial : history.entries())
    if (trial->state == TrialState::kCompleted && trial->number.value < before)
      trials.push_back(trial.get());
  std::sort(trials.begin(), trials.end(),
            [](const Observation* a, const Observation* b) { return a->number < b->number; });
  return trials;
}

// The population that breeds a generation: each time the fittest of the one before and its
// children.
std::vector<Parent> parents_of(const History& history, Direction direction, size_t population,
                               int64_t generation) {
  const auto size = static_cast<int64_t>(population);
  const auto trials = completed_trials(history, generation * size);
  std::vector<Parent> parents;
  for (auto first = trials.begin(); first != trials.end();) {
    const int64_t end = ((*first)->number.value / size + 1) * size;
    const auto last = std::find_if(
        first, trials.end(), [&](const Observation* trial) { return trial->number.value >= end; });
    std::vector<const Observation*> candidates(first, last);
    for (const Parent& parent : parents) candidates.push_back(parent.trial);
    parents = fittest(candidates, direction, population);
    first = last;
  }
  return parents;
}

// Nothing where the parameter was not active, or its value is no longer in the range.
std::optional<double> value_of(const Observation& trial, const Distribution& distribution,
                               size_t index) {
  if (index >= trial.internal.size() ||
      !internal_range(distribution).contains(trial.internal[index]))
    return std::nullopt;
  return trial.internal[index];
}

class Breeding {
 public:
  Breeding(const SearchSpace& space, const std::vector<Parent>& parents, Random random)
      : space_(space), parents_(parents), random_(random) {
    for (const SearchParameter& parameter : space.parameters())
      if (!parameter.distribution.is_single()) ++searched_;
  }

  ParameterSet child(const ParameterSet& fixed) {
    ParameterSet point;
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const Observation& first = *tournament().trial;
      const Observation& second = *tournament().trial;
      const bool crossed = random_.uniform() < kCrossover;
      bool is_new = false;
      point = build_point(space_, fixed, [&](size_t index) {
        const double value = gene(index, first, second, crossed);
        is_new = is_new || index >= first.internal.size() || value != first.internal[index];
        return value;
      });
      if (is_new) break;
    }
    return point;
  }

 private:
  const Parent& tournament() {
    const Parent& a = parents_[random_.below(parents_.size())];
    const Parent& b = parents_[random_.below(parents_.size())];
    return is_fitter(b, a) ? b : a;
  }

  double gene(size_t index, const Observation& first, const Observation& second, bool crossed) {
    const Distribution& distribution = space_.parameters()[index].distribution;
    std::optional<double> value = value_of(first, distribution, index);
    const std::optional<double> other = value_of(second, distribution, index);
    if (!value) value = other;
    if (!value) return sample_uniform(distribution, random_);
    if (crossed && other && random_.uniform() < kCrossoverOfOne)
      value = cross(distribution, *value, *other, random_);
    if (random_.uniform() * static_cast<double>(searched_) < 1)
      value = mutate(distribution, *value, random_);
    return *value;
  }

  const SearchSpace& space_;
  const std::vector<Parent>& parents_;
  Random random_;
  size_t searched_ = 0;  // parameters with a choice
};

}  // namespace

Nsga2Sampler::Nsga2Sampler(const SamplerSpec& options)
    : population_(options.population > 0 ? static_cast<size_t>(options.population) : kPopulation) {}

Result<ParameterSet> Nsga2Sampler::suggest(const History& history, const SearchSpace& space,
                                           Direction direction, uint64_t study_seed,
                                           TrialNumber number, const ParameterSet& fixed) const {
  const int64_t generation = number.value / static_cast<int64_t>(population_);
  const std::vector<Parent> parents = parents_of(history, direction, population_, generation);
  if (parents.size() < 2)
    return RandomSampler().suggest(history, space, direction, study_seed, number, fixed);
  return Breeding(space, parents, Random(study_seed, RandomPurpose::kSampler, number)).child(fixed);
}

}  // namespace foldmill::sampler
