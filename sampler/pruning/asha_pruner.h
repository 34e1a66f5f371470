#pragma once

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// Asynchronous successive halving, see HalvingRule; its first rung is at `min_epochs`.
class AshaPruner final : public Pruner {
 public:
  // Takes options that make_pruner has checked.
  explicit AshaPruner(PruningSpec options) : options_(std::move(options)) {}

  std::optional<PruneDecision> should_prune(const PruningQuestion& question) const override;

 private:
  PruningSpec options_;
};

}  // namespace foldmill::sampler
