#include "sampler/pruning/percentile_pruner.h"

#include <cmath>

#include "sampler/pruning/pruning_rules.h"

namespace foldmill::sampler {

std::optional<PruneDecision> PercentilePruner::should_prune(const PruningQuestion& question) const {
  if (question.completed_trials < options_.warmup_trials || question.completed_trials == 0)
    return std::nullopt;
  const int64_t epoch = question.curve->last_epoch();
  if (epoch == 0 || !is_check_epoch(epoch, options_.warmup_epochs, options_.interval))
    return std::nullopt;

  const CompletedValues& peers = question.history->completed(epoch);
  const double best = question.curve->best(question.direction);
  if (!std::isnan(best) && peers.count() < static_cast<size_t>(options_.min_peers))
    return std::nullopt;
  const double threshold = percentile_of_ascending(
      peers.ascending(), question.direction == Direction::kMinimize ? percent_ : 100 - percent_);
  // Strict, and false when there is no threshold.
  if (!std::isnan(best) && !better(threshold, best, question.direction)) return std::nullopt;
  const auto counted = static_cast<int64_t>(peers.ascending().size());
  return PruneDecision{question.fold, epoch, best, threshold, counted, options_.type};
}

}  // namespace foldmill::sampler
