#pragma once

#include <memory>

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// Bears `patience` epochs without improvement: the best value of the last patience + 1 epochs is
// compared with the best before them, NaN left out. If it is worse by more than `min_delta`, the
// other pruner is asked, or, when there is none, the fold is stopped. (Early stopping; Prechelt,
// "Early Stopping - But When?", 1998.)
class PatientPruner final : public Pruner {
 public:
  // Takes options that make_pruner has checked. `other` may be null.
  PatientPruner(PruningSpec options, std::unique_ptr<Pruner> other)
      : options_(std::move(options)), other_(std::move(other)) {}

  std::optional<PruneDecision> should_prune(const PruningQuestion& question) const override;

 private:
  PruningSpec options_;
  std::unique_ptr<Pruner> other_;
};

}  // namespace foldmill::sampler
