#include "sampler/pruning/threshold_pruner.h"

#include <cmath>

#include "sampler/pruning/pruning_rules.h"

namespace foldmill::sampler {

std::optional<PruneDecision> ThresholdPruner::should_prune(const PruningQuestion& question) const {
  const int64_t epoch = question.curve->last_epoch();
  if (epoch == 0 || !is_check_epoch(epoch, options_.warmup_epochs, options_.interval))
    return std::nullopt;
  const double value = *question.curve->at(epoch);
  const auto stop = [&](double bound) {
    return PruneDecision{question.fold, epoch, value, bound, 0, options_.type};
  };
  if (std::isnan(value)) return stop(value);
  if (options_.lower && value < *options_.lower) return stop(*options_.lower);
  if (options_.upper && value > *options_.upper) return stop(*options_.upper);
  return std::nullopt;
}

}  // namespace foldmill::sampler
