#pragma once

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// The median stopping rule (Golovin et al., "Google Vizier", KDD 2017, section 3.2.2): stops a fold
// whose best value so far is strictly worse than the median of its peers at the same epoch. Note
// the asymmetry: own best so far against the others' values at exactly this epoch.
//
// A fold that has reported nothing but NaN is stopped whatever the peers say; the decision's
// threshold is NaN then when no peer has a value. `min_peers` counts reported values, NaN among
// them, while PruneDecision::peers counts those that the median is made of.
class MedianPruner final : public Pruner {
 public:
  // Takes options that make_pruner has checked.
  explicit MedianPruner(PruningSpec options) : options_(std::move(options)) {}

  std::optional<PruneDecision> should_prune(const PruningQuestion& question) const override;

 private:
  PruningSpec options_;
};

}  // namespace foldmill::sampler
