#include "sampler/pruning/asha_pruner.h"

#include "sampler/pruning/halving_rule.h"

namespace foldmill::sampler {

std::optional<PruneDecision> AshaPruner::should_prune(const PruningQuestion& question) const {
  return halve({.first_rung = options_.min_epochs,
                .reduction_factor = options_.reduction_factor,
                .min_peers = options_.min_peers},
               question, options_.type);
}

}  // namespace foldmill::sampler
