#include "core/fold_statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/check.h"

namespace foldmill {

double mean_of(std::span<const double> values) {
  FOLDMILL_CHECK(!values.empty(), "a mean wants a value");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median_of(std::span<const double> values) {
  FOLDMILL_CHECK(!values.empty(), "a median wants a value");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return std::midpoint(sorted[(sorted.size() - 1) / 2], sorted[sorted.size() / 2]);
}

double squares_around(std::span<const double> values, double centre) {
  double sum = 0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum;
}

double aggregate_of(std::span<const double> values, Aggregate aggregate, Direction direction) {
  const double mean = mean_of(values);
  if (std::isnan(mean)) return mean;
  switch (aggregate) {
    case Aggregate::kMean:
      return mean;
    case Aggregate::kMedian:
      return median_of(values);
    case Aggregate::kMeanPlusStd:
      break;
  }
  const double variance =
      values.size() < 2 ? 0 : squares_around(values, mean) / static_cast<double>(values.size() - 1);
  const double deviation = std::sqrt(variance);
  return direction == Direction::kMinimize ? mean + deviation : mean - deviation;
}

double test_to_train(const FoldPlan& plan) {
  if (plan.k > 1) return 1.0 / (plan.k - 1);
  return plan.validation_fraction / (1 - plan.validation_fraction);
}

std::optional<FoldStatistics> fold_statistics(std::span<const double> values,
                                              double test_to_train) {
  std::vector<double> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
               [](double value) { return std::isfinite(value); });
  if (finite.empty()) return std::nullopt;
  const auto n = static_cast<double>(finite.size());
  FoldStatistics statistics{.folds = static_cast<int64_t>(finite.size()),
                            .mean = mean_of(finite),
                            .median = median_of(finite),
                            .spread = std::nullopt};
  if (finite.size() == 1) return statistics;
  const double deviation = std::sqrt(squares_around(finite, statistics.mean) / (n - 1));
  statistics.spread =
      FoldSpread{deviation, deviation / std::sqrt(n), deviation * std::sqrt(1 / n + test_to_train)};
  return statistics;
}

}  // namespace foldmill
