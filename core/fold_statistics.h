#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/fold.h"
#include "core/study.h"

namespace foldmill {

// Of at least one value.
double mean_of(std::span<const double> values);
double median_of(std::span<const double> values);  // the middle one, or the mean of the middle two
// Sum of squared distances to `centre`.
double squares_around(std::span<const double> values, double centre);

// The value of a trial by those of all its folds; NaN if one of them is. At least one value.
double aggregate_of(std::span<const double> values, Aggregate aggregate, Direction direction);

// How far apart the values of at least two folds are.
struct FoldSpread {
  double deviation = 0;  // standard deviation, with n - 1
  double error = 0;      // standard error of the mean as most report it: deviation / sqrt(n)
  // The same with the variance of Nadeau and Bengio ("Inference for the Generalization Error",
  // Machine Learning 52, 2003): deviation * sqrt(1/n + test/train). Folds share most of their
  // training data, so their values move together, and `error` takes them for more than they know.
  double corrected_error = 0;
};

struct FoldStatistics {
  int64_t folds = 0;  // that have a finite value; the others are left out
  double mean = 0;
  double median = 0;
  std::optional<FoldSpread> spread;  // nothing of a single fold
};

// Samples validated on, per sample trained on, in each fold: 1 / (k - 1) of k folds.
double test_to_train(const FoldPlan& plan);

// Nothing when no value is finite. `test_to_train` as above.
std::optional<FoldStatistics> fold_statistics(std::span<const double> values, double test_to_train);

}  // namespace foldmill
