#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "coordinator/engine/trial_record.h"
#include "sampler/pruner.h"

namespace foldmill::engine {

// Compares a running fold with the same fold of completed trials. Holds pointers to the curves of
// those trials: they must stay where they are.
class PruningMonitor {
 public:
  // `pruner` may be null: nothing is ever pruned.
  PruningMonitor(std::unique_ptr<sampler::Pruner> pruner, Direction direction, int folds);

  void add_completed(const TrialRecord& trial);
  std::optional<PruneDecision> judge(FoldIndex fold, const LearningCurve& curve) const;

 private:
  std::unique_ptr<sampler::Pruner> pruner_;
  Direction direction_;
  int64_t completed_ = 0;
  std::vector<std::vector<const LearningCurve*>> peers_;  // by fold
};

}  // namespace foldmill::engine
