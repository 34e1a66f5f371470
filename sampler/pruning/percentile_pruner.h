#pragma once

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// Stops a fold whose best value so far is strictly worse than a percentile of the values of
// completed trials at the same fold and epoch. Half of them: the median stopping rule (Golovin et
// al., "Google Vizier", KDD 2017, section 3.2.2). Note the asymmetry: own best so far against the
// others' values at exactly this epoch.
//
// A fold that has reported nothing but NaN is stopped whatever the peers say; the decision's
// threshold is NaN then when no peer has a value. `min_peers` counts reported values, NaN among
// them, while PruneDecision::peers counts those that the percentile is made of.
class PercentilePruner final : public Pruner {
 public:
  // Takes options that make_pruner has checked. `percent` of the peers are let past: 25 stops all
  // that are not as good as the best quarter, whatever the direction.
  PercentilePruner(PruningSpec options, double percent)
      : options_(std::move(options)), percent_(percent) {}

  std::optional<PruneDecision> should_prune(const PruningQuestion& question) const override;

 private:
  PruningSpec options_;
  double percent_;
};

}  // namespace foldmill::sampler
