#include "sampler/pruning/race_pruner.h"

#include <cmath>

#include "sampler/pruning/alpha_spending.h"
#include "sampler/students_t.h"

namespace foldmill::sampler {
namespace {

// One-sided p value of "worse than `best`", or nothing when there is no noise to measure it by.
std::optional<double> p_value(const RaceStandings& standings, const RaceStandings::Partial& own) {
  const double folds = static_cast<double>(standings.folds());
  const double trials = static_cast<double>(standings.trials());
  const double done = static_cast<double>(own.folds);
  if (!(own.variance > 0) || !std::isfinite(own.variance)) return std::nullopt;
  const double error = std::sqrt(own.variance * (1 / done - 1 / folds) * (1 + 1 / trials));
  const double sign = standings.direction() == Direction::kMinimize ? 1 : -1;
  const double statistic = sign * (own.expected_mean - *standings.best_mean()) / error;
  if (std::isnan(statistic)) return std::nullopt;
  return students_t_tail(static_cast<double>(own.freedom), statistic);
}

// The level takes a while to compute, and lies between what the look spends and the whole rate.
bool is_below_level(double p, const RaceLooks& looks, double error_rate, int64_t done) {
  if (p <= error_rate * spending_share(looks, done)) return true;
  return p <= error_rate && p <= look_level(looks, error_rate, done);
}

}  // namespace

std::optional<PruneDecision> RacePruner::should_stop_race(const RaceQuestion& question) const {
  const RaceStandings& standings = *question.standings;
  const auto own = standings.appraise(question.values);
  if (!own || own->folds < options_.min_folds || own->folds >= standings.folds())
    return std::nullopt;
  const auto p = p_value(standings, *own);
  if (!p) return std::nullopt;
  const RaceLooks looks{options_.min_folds, standings.folds()};
  if (!is_below_level(*p, looks, 1 - options_.confidence, own->folds)) return std::nullopt;
  return PruneDecision{question.fold,
                       question.epoch,
                       own->expected_mean,
                       *standings.best_mean(),
                       standings.trials(),
                       options_.type,
                       p};
}

}  // namespace foldmill::sampler
