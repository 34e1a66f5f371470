#include "sampler/pruning/race_pruner.h"

#include <cmath>

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

// The part of the error rate that may be spent after `done` of `folds` folds.
double share(int64_t done, int64_t min_folds, int64_t folds) {
  // 1 + 2 + … for the looks, the last of which may save one fold.
  const int64_t looks = folds - min_folds;
  return static_cast<double>(folds - done) / (static_cast<double>(looks * (looks + 1)) / 2);
}

}  // namespace

std::optional<PruneDecision> RacePruner::should_stop_race(const RaceQuestion& question) const {
  const RaceStandings& standings = *question.standings;
  const auto own = standings.appraise(question.values);
  if (!own || own->folds < options_.min_folds || own->folds >= standings.folds())
    return std::nullopt;
  const auto p = p_value(standings, *own);
  if (!p ||
      *p > (1 - options_.confidence) * share(own->folds, options_.min_folds, standings.folds()))
    return std::nullopt;
  return PruneDecision{question.fold,
                       question.epoch,
                       own->expected_mean,
                       *standings.best_mean(),
                       standings.trials(),
                       options_.type,
                       p};
}

}  // namespace foldmill::sampler
