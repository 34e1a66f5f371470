#include "sampler/tpe/tpe_sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/random.h"
#include "sampler/internal_range.h"
#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"
#include "sampler/tpe/parzen_estimator.h"
#include "sampler/tpe/trial_split.h"

namespace foldmill::sampler {
namespace {

using Trials = std::span<const Observation* const>;

// NaN where the parameter was not active, or is not known to this trial.
double internal_value(const Observation& trial, size_t index) {
  return index < trial.internal.size() ? trial.internal[index]
                                       : std::numeric_limits<double>::quiet_NaN();
}

// One suggestion: what its steps share.
class Suggestion {
 public:
  Suggestion(const SamplerSpec& options, const SearchSpace& space, const TrialSplit& split,
             Random random)
      : options_(options), space_(space), split_(split), random_(random) {}

  ParameterSet propose(const ParameterSet& fixed) {
    if (split_.finished < static_cast<size_t>(options_.startup_trials))
      return build_point(space_, fixed, [this](size_t index) { return uniform(index); });

    if (options_.multivariate) find_groups(fixed);
    return build_point(space_, fixed, [this](size_t index) {
      if (distribution(index).is_single()) return uniform(index);
      for (Group& group : groups_)
        if (const auto place = group.place_of(index)) return joint_point(group)[*place];
      return best_candidate({&index, 1}).front();
    });
  }

 private:
  const Distribution& distribution(size_t index) const {
    return space_.parameters()[index].distribution;
  }

  double uniform(size_t index) { return sample_uniform(distribution(index), random_); }

  // Parameters that are proposed together.
  struct Group {
    std::vector<size_t> indices;  // in the order of the space
    std::vector<double> point;    // internal values, once one of them has been asked for

    std::optional<size_t> place_of(size_t index) const {
      const auto found = std::find(indices.begin(), indices.end(), index);
      if (found == indices.end()) return std::nullopt;
      return static_cast<size_t>(found - indices.begin());
    }
  };

  // Puts together what has a choice left and took part in the same finished trials; without
  // options_.group only what took part in all of them.
  void find_groups(const ParameterSet& fixed) {
    std::vector<std::vector<bool>> presences;  // of each group
    for (size_t index = 0; index < space_.size(); ++index) {
      if (distribution(index).is_single() || fixed.contains(space_.parameters()[index].name))
        continue;
      std::vector<bool> presence = presence_of(index);
      if (!options_.group && std::find(presence.begin(), presence.end(), false) != presence.end())
        continue;
      const auto same = std::find(presences.begin(), presences.end(), presence);
      const auto group = static_cast<size_t>(same - presences.begin());
      if (same == presences.end()) {
        presences.push_back(std::move(presence));
        groups_.emplace_back();
      }
      groups_[group].indices.push_back(index);
    }
  }

  // In which finished trials the parameter took part.
  std::vector<bool> presence_of(size_t index) const {
    std::vector<bool> presence;
    presence.reserve(split_.finished);
    for (const Trials trials : {Trials(split_.below), Trials(split_.above)})
      for (const Observation* trial : trials)
        if (trial->state != TrialState::kRunning)
          presence.push_back(!std::isnan(internal_value(*trial, index)));
    return presence;
  }

  const std::vector<double>& joint_point(Group& group) {
    if (group.point.empty()) group.point = best_candidate(group.indices);
    return group.point;
  }

  static bool observed_all(const Observation& trial, std::span<const size_t> indices,
                           std::span<const InternalRange> ranges) {
    for (size_t d = 0; d < indices.size(); ++d)
      if (!ranges[d].contains(internal_value(trial, indices[d]))) return false;
    return true;
  }

  // The mixture over `indices` of those trials that observed all of them. `weights` are the
  // trials', or empty.
  ParzenEstimator estimate(Trials trials, std::span<const double> weights,
                           std::span<const size_t> indices) const {
    std::vector<ObservedParameter> parameters;
    std::vector<InternalRange> ranges;
    for (size_t index : indices) {
      ranges.push_back(internal_range(distribution(index)));
      parameters.push_back({&distribution(index), {}});
      parameters.back().values.reserve(trials.size());
    }
    std::vector<double> kept;
    for (size_t i = 0; i < trials.size(); ++i) {
      if (!observed_all(*trials[i], indices, ranges)) continue;
      for (size_t d = 0; d < indices.size(); ++d)
        parameters[d].values.push_back(internal_value(*trials[i], indices[d]));
      if (!weights.empty()) kept.push_back(weights[i]);
    }
    return ParzenEstimator(parameters, options_.prior_weight, std::move(kept));
  }

  // Internal values for `indices`: the candidate with the largest log l(x) - log g(x), the first of
  // equal ones.
  std::vector<double> best_candidate(std::span<const size_t> indices) {
    const ParzenEstimator good = estimate(split_.below, split_.weights, indices);
    const ParzenEstimator bad = estimate(split_.above, {}, indices);
    const PointBatch candidates = good.sample(static_cast<size_t>(options_.candidates), random_);
    std::vector<double> score = good.log_density(candidates);
    const std::vector<double> penalty = bad.log_density(candidates);
    for (size_t c = 0; c < score.size(); ++c) score[c] -= penalty[c];

    const auto best =
        static_cast<size_t>(std::max_element(score.begin(), score.end()) - score.begin());
    std::vector<double> point(indices.size());
    for (size_t d = 0; d < indices.size(); ++d) point[d] = candidates.column(d)[best];
    return point;
  }

  const SamplerSpec& options_;
  const SearchSpace& space_;
  const TrialSplit& split_;
  Random random_;
  std::vector<Group> groups_;
};

}  // namespace

Result<ParameterSet> TpeSampler::suggest(const History& history, const SearchSpace& space,
                                         Direction direction, uint64_t study_seed,
                                         TrialNumber number, const ParameterSet& fixed) const {
  const TrialSplit split = split_trials(history, direction, options_.constant_liar);
  return Suggestion(options_, space, split, Random(study_seed, RandomPurpose::kSampler, number))
      .propose(fixed);
}

}  // namespace foldmill::sampler
