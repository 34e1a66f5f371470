#pragma once

#include <deque>
#include <vector>

#include "sampler/pruner.h"

// The other trials of one fold, for tests of pruners.
namespace foldmill::sampler {

inline LearningCurve curve_of(const std::vector<double>& values) {
  LearningCurve curve;
  for (double value : values) curve.append(value);
  return curve;
}

class PrunerWorld {
 public:
  explicit PrunerWorld(Direction towards = Direction::kMinimize) : direction(towards) {}

  // Trials get their numbers in the order in which they are added.
  void add_completed(const std::vector<double>& values) {
    add_stopped(values);
    history.complete(curve_of(values));
    ++completed_trials;
  }
  void add_stopped(const std::vector<double>& values) {
    report(TrialNumber(trials), values);
    ++trials;
  }
  void report(TrialNumber trial, const std::vector<double>& values) {
    for (size_t i = 0; i < values.size(); ++i)
      history.record(trial, static_cast<int64_t>(i) + 1, values[i]);
  }

  // The next trial, having reported these values, among all others.
  std::optional<PruneDecision> ask(const Pruner& pruner, const std::vector<double>& values) {
    const TrialNumber own(trials);
    report(own, values);
    const auto decision = ask(pruner, own, values);
    history.forget_after(own, 0);
    return decision;
  }
  // A trial whose values are in the history already.
  std::optional<PruneDecision> ask(const Pruner& pruner, TrialNumber trial,
                                   const std::vector<double>& values) const {
    const LearningCurve curve = curve_of(values);
    return pruner.should_prune({.trial = trial,
                                .fold = FoldIndex(1),
                                .curve = &curve,
                                .history = &history,
                                .completed_trials = completed_trials,
                                .max_epochs = max_epochs,
                                .direction = direction});
  }

  FoldHistory history;
  Direction direction;
  int64_t trials = 0;
  int64_t completed_trials = 0;
  int64_t max_epochs = 20;
};

}  // namespace foldmill::sampler
