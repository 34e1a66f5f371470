#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/learning_curve.h"
#include "core/result.h"
#include "core/study.h"
#include "core/trial.h"
#include "sampler/fold_history.h"
#include "sampler/race_standings.h"

namespace foldmill::sampler {

// One running fold and what it may be compared with: the same fold of other trials, nothing else.
struct PruningQuestion {
  TrialNumber trial;
  FoldIndex fold;
  const LearningCurve* curve = nullptr;  // of the running fold, at least one value
  const FoldHistory* history = nullptr;  // of that fold; holds `curve` too, as reported
  int64_t completed_trials = 0;          // of the study
  int64_t max_epochs = 0;                // the most that a trial of the study may train
  Direction direction = Direction::kMinimize;
};

// A trial of which a fold has just completed, and others have not.
struct RaceQuestion {
  FoldIndex fold;                  // that has just completed
  int64_t epoch = 0;               // its last
  std::span<const double> values;  // by fold; NaN where a fold has not completed
  const RaceStandings* standings = nullptr;
};

// Stops a trial early. Const and without hidden state. An answer is the reason to stop, in numbers;
// nothing means: go on.
class Pruner {
 public:
  virtual ~Pruner() = default;
  // Asked once after each epoch.
  virtual std::optional<PruneDecision> should_prune(const PruningQuestion& question) const = 0;
  // Asked once after each fold but the last to complete.
  virtual std::optional<PruneDecision> should_stop_race(const RaceQuestion&) const {
    return std::nullopt;
  }
};

// Refuses unknown types and options out of range.
Result<std::unique_ptr<Pruner>> make_pruner(const PruningSpec& spec);

}  // namespace foldmill::sampler
