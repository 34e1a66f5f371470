#include "sampler/pruning/median_pruner.h"

#include <algorithm>
#include <cmath>

#include "sampler/pruning/pruning_rules.h"

namespace foldmill::sampler {

std::optional<PruneDecision> MedianPruner::should_prune(const PruningQuestion& question) const {
  if (question.completed_trials < options_.warmup_trials || question.completed_trials == 0)
    return std::nullopt;
  const int64_t epoch = question.curve->last_epoch();
  if (epoch == 0 || !is_check_epoch(epoch, options_.warmup_epochs, options_.interval))
    return std::nullopt;

  const std::vector<double> values = peer_values(question.peers, epoch);
  const double best = question.curve->best(question.direction);
  const double median = percentile(values, 50);
  if (!std::isnan(best)) {
    if (values.size() < static_cast<size_t>(options_.min_peers)) return std::nullopt;
    // Strict, and false when there is no median.
    if (!better(median, best, question.direction)) return std::nullopt;
  }
  const auto counted =
      std::count_if(values.begin(), values.end(), [](double value) { return !std::isnan(value); });
  return PruneDecision{question.fold, epoch, best, median, counted, "median"};
}

}  // namespace foldmill::sampler
