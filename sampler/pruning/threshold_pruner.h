#pragma once

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// Stops a fold whose latest value is NaN, below `lower` or above `upper`.
class ThresholdPruner final : public Pruner {
 public:
  // Takes options that make_pruner has checked: one bound at least.
  explicit ThresholdPruner(PruningSpec options) : options_(std::move(options)) {}

  std::optional<PruneDecision> should_prune(const PruningQuestion& question) const override;

 private:
  PruningSpec options_;
};

}  // namespace foldmill::sampler
