#pragma once

#include "sampler/pruner.h"

namespace foldmill::sampler {

// Lets every trial run to its end.
class NopPruner final : public Pruner {
 public:
  std::optional<PruneDecision> should_prune(const PruningQuestion&) const override {
    return std::nullopt;
  }
};

}  // namespace foldmill::sampler
