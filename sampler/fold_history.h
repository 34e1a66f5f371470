#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/learning_curve.h"
#include "sampler/completed_values.h"

namespace foldmill::sampler {

// The objective of one fold over all trials of a study, by epoch: what a running fold is compared
// with. Kept epoch by epoch, because a pruner asks for one epoch of many trials. Grows with every
// report; nothing is copied to ask.
class FoldHistory {
 public:
  // A report of any trial; replaces what the trial reported at that epoch before. `epoch` >= 1.
  void record(TrialNumber trial, int64_t epoch, double value);
  // Forgets the trial's reports after `epoch`: a new attempt starts there again.
  void forget_after(TrialNumber trial, int64_t epoch);
  // The trial has completed, with this curve.
  void complete(const LearningCurve& curve);

  // Values of all trials at this epoch, whatever became of them, in the place of the trial's
  // number; NaN where there is none. Shorter than the number of trials where the last ones lack.
  std::span<const double> reported(int64_t epoch) const;
  // Values of completed trials at this epoch; empty where none got so far.
  const CompletedValues& completed(int64_t epoch) const;

 private:
  std::vector<std::vector<double>> reported_;  // by epoch - 1
  std::vector<CompletedValues> completed_;     // by epoch - 1
};

}  // namespace foldmill::sampler
