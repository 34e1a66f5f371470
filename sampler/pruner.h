#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/learning_curve.h"
#include "core/result.h"
#include "core/study.h"
#include "core/trial.h"

namespace foldmill::sampler {

// One running fold and those it may be compared with: the same fold of *completed* trials.
struct PruningQuestion {
  FoldIndex fold;
  const LearningCurve* curve = nullptr;        // of the running fold, at least one value
  std::span<const LearningCurve* const> peers; // the same fold of completed trials
  int64_t completed_trials = 0;                // of the study
  Direction direction = Direction::kMinimize;
};

// Stops a trial early. Const and without hidden state.
class Pruner {
 public:
  virtual ~Pruner() = default;
  // Asked once after each epoch. Nothing: go on. Else the reason to stop, in numbers.
  virtual std::optional<PruneDecision> should_prune(const PruningQuestion& question) const = 0;
};

// Refuses unknown types and options out of range.
Result<std::unique_ptr<Pruner>> make_pruner(const PruningSpec& spec);

}  // namespace foldmill::sampler
