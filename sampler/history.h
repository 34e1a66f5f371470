#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "core/ids.h"
#include "core/study.h"
#include "core/trial.h"

namespace foldmill::sampler {

// One trial as a policy sees it. Immutable.
struct Observation {
  TrialNumber number;
  TrialState state = TrialState::kRunning;  // running, completed, pruned or failed
  // Internal values (core/distribution.h), one per parameter of the space in its order; NaN where
  // the parameter was not active.
  std::vector<double> internal;
  // Completed: the trial's value. Pruned: the last intermediate value, or what `estimated` says.
  // NaN when there is none.
  double value = std::numeric_limits<double>::quiet_NaN();
  // Pruned: `value` is what the folds that it completed let expect of all of them, their difficulty
  // allowed for (RaceStandings::appraise()), and so may be compared with a completed trial's.
  bool estimated = false;
  int64_t last_epoch = 0;  // pruned: how far it got (epochs over all folds)
  // Completed or estimated: how far `value` may be off by chance, as a standard deviation over
  // folds (RaceStandings::appraise() gives it); NaN when not known, as with a single fold. What all
  // trials share (a fold that is hard for every one) must not be in it.
  double standard_error = std::numeric_limits<double>::quiet_NaN();
  int64_t folds = 1;  // completed or estimated: how many folds `value` is made of
  // Completed, of a study with several objectives: those after the first, with the sign changed
  // where more is better.
  std::vector<double> more_losses = {};
  double violation = 0;  // completed and pruned: of the study's constraints; 0 is feasible

  // `value` is of a whole trial, be it measured or estimated. It may still be NaN.
  bool is_valued() const {
    return state == TrialState::kCompleted || (state == TrialState::kPruned && estimated);
  }
};

// What policies may see of one study: every trial that is not waiting or cancelled, by number.
// A snapshot; copying it copies pointers. Safe to read from any thread.
class History {
 public:
  using Entry = std::shared_ptr<const Observation>;

  History() = default;
  // `fold_variance`: of the noise of one fold's value, as all trials together show it; NaN when not
  // known. It changes with every trial, so it is not written into each of them.
  explicit History(std::vector<Entry> entries,
                   double fold_variance = std::numeric_limits<double>::quiet_NaN())
      : entries_(std::move(entries)), fold_variance_(fold_variance) {}

  const std::vector<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  // The trial's own, or what its folds and their noise let expect; NaN when neither is known.
  double standard_error(const Observation& trial) const {
    if (!std::isnan(trial.standard_error)) return trial.standard_error;
    return std::sqrt(fold_variance_ / static_cast<double>(trial.folds));
  }

 private:
  std::vector<Entry> entries_;
  double fold_variance_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace foldmill::sampler
