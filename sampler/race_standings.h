#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/study.h"

namespace foldmill::sampler {

// What a race across folds knows of a study's completed trials. Trial and fold values are taken to
// add up: value = trial + fold + noise, the noise alike for all. Fold difficulty is shared by the
// trials, so it is estimated from all of them, and what it leaves over is the noise.
//
// Updated in O(folds) by each completed trial, never read through: columns of the values less
// their trial's mean, as running means and sums of squares (Welford 1962).
class RaceStandings {
 public:
  RaceStandings(int folds, Direction direction);

  // A completed trial's fold values. One with a value that is not finite teaches nothing.
  void add(TrialNumber trial, std::span<const double> values);

  int64_t trials() const { return trials_; }
  int64_t folds() const { return static_cast<int64_t>(effects_.size()); }
  Direction direction() const { return direction_; }
  // The mean over all folds of the best trial; nothing before one has completed. Of equal ones the
  // first by number.
  std::optional<double> best_mean() const;
  // Sum of squares that trial and fold leave over; (trials - 1) * (folds - 1) degrees of freedom.
  double residual_sum() const;

  // A trial's values by fold, NaN where it has none, in the light of the others.
  struct Partial {
    int64_t folds = 0;         // that have a value
    double expected_mean = 0;  // over all folds, were the rest run: fold difficulty allowed for
    double residual_sum = 0;   // of its values less fold difficulty; folds - 1 degrees of freedom
    // Of the noise of one value, by what the known trials and this one leave over, and how many
    // degrees of freedom that has; NaN when none. The trial must not be among the known ones.
    double variance = 0;
    int64_t freedom = 0;
    // Of expected_mean, as of a mean over `folds` values.
    double standard_error() const { return std::sqrt(variance / static_cast<double>(folds)); }
  };
  // Nothing when a value is infinite, none is there, or no trial has completed.
  std::optional<Partial> appraise(std::span<const double> values) const;

 private:
  Direction direction_;
  int64_t trials_ = 0;
  std::vector<double> effects_;  // by fold: mean over trials of the value less its trial's mean
  std::vector<double> squares_;  // by fold: squares around that
  double best_mean_ = 0;
  TrialNumber best_trial_;
};

}  // namespace foldmill::sampler
