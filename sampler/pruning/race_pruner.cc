#include "sampler/pruning/race_pruner.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace foldmill::sampler {
namespace {

// One-sided p value of "worse than `best`", or nothing when there is no noise to measure it by.
std::optional<double> p_value(const RaceStandings& standings, const RaceStandings::Partial& own) {
  const double folds = static_cast<double>(standings.folds());
  const double trials = static_cast<double>(standings.trials());
  const double done = static_cast<double>(own.folds);
  const double freedom = (trials - 1) * (folds - 1) + done - 1;
  // The own values scatter around estimated fold effects, by 1 + 1/T of the noise.
  const double variance =
      (standings.residual_sum() + own.residual_sum * trials / (trials + 1)) / freedom;
  if (!(variance > 0) || !std::isfinite(variance)) return std::nullopt;
  const double error = std::sqrt(variance * (1 / done - 1 / folds) * (1 + 1 / trials));
  const double sign = standings.direction() == Direction::kMinimize ? 1 : -1;
  const double statistic = sign * (own.expected_mean - *standings.best_mean()) / error;
  if (std::isnan(statistic)) return std::nullopt;
  if (std::isinf(statistic)) return statistic > 0 ? 0 : 1;
  return cdf(complement(boost::math::students_t(freedom), statistic));
}

}  // namespace

std::optional<PruneDecision> RacePruner::should_stop_race(const RaceQuestion& question) const {
  const RaceStandings& standings = *question.standings;
  const auto own = standings.appraise(question.values);
  if (!own || own->folds < options_.min_folds || own->folds >= standings.folds())
    return std::nullopt;
  const int64_t looks = standings.folds() - options_.min_folds;
  const auto p = p_value(standings, *own);
  if (!p || *p > (1 - options_.confidence) / static_cast<double>(looks)) return std::nullopt;
  return PruneDecision{question.fold,
                       question.epoch,
                       own->expected_mean,
                       *standings.best_mean(),
                       standings.trials(),
                       options_.type,
                       p};
}

}  // namespace foldmill::sampler
