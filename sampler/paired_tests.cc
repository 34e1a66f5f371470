#include "sampler/paired_tests.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sampler/students_t.h"

namespace foldmill::sampler {
namespace {

// Differences are of rounded numbers: 0.3 - 0.2 is not quite 0.2 - 0.1. What is closer than this
// share of the largest is taken as equal.
constexpr double kRounding = 1e-9;

struct Ranked {
  bool positive = false;
  int64_t twice_rank = 0;  // mean ranks are halves
};

double largest_of(std::span<const double> differences) {
  double largest = 0;
  for (const double difference : differences) largest = std::max(largest, std::abs(difference));
  return largest;
}

// Ascending by size, zeros left out.
std::vector<double> nonzero_by_size(std::span<const double> differences, double tolerance) {
  std::vector<double> kept;
  std::copy_if(differences.begin(), differences.end(), std::back_inserter(kept),
               [&](double difference) { return std::abs(difference) > tolerance; });
  std::sort(kept.begin(), kept.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  return kept;
}

std::vector<Ranked> rank(std::span<const double> by_size, double tolerance) {
  std::vector<Ranked> ranked;
  for (size_t first = 0; first < by_size.size();) {
    size_t end = first + 1;
    while (end < by_size.size() && std::abs(by_size[end]) - std::abs(by_size[first]) <= tolerance)
      ++end;
    // Ranks first + 1 … end: twice their mean.
    const auto twice = static_cast<int64_t>(first + 1 + end);
    for (; first < end; ++first) ranked.push_back({by_size[first] > 0, twice});
  }
  return ranked;
}

// By twice the sum of the positive ranks: its probability when each sign is a coin's.
std::vector<double> rank_sum_probabilities(std::span<const Ranked> ranked) {
  std::vector<double> probabilities{1};
  for (const Ranked& each : ranked) {
    const auto step = static_cast<size_t>(each.twice_rank);
    std::vector<double> next(probabilities.size() + step, 0);
    for (size_t sum = 0; sum < probabilities.size(); ++sum) {
      next[sum] += probabilities[sum] / 2;
      next[sum + step] += probabilities[sum] / 2;
    }
    probabilities = std::move(next);
  }
  return probabilities;
}

}  // namespace

std::optional<CorrectedTTest> corrected_t_test(const FoldStatistics& differences,
                                               double confidence) {
  if (!differences.spread) return std::nullopt;
  const FoldSpread& spread = *differences.spread;
  if (!(spread.deviation > kRounding * std::abs(differences.mean))) return std::nullopt;
  CorrectedTTest test;
  test.freedom = static_cast<double>(differences.folds - 1);
  test.statistic = differences.mean / spread.corrected_error;
  test.p_value = 2 * students_t_tail(test.freedom, std::abs(test.statistic));
  const double reach =
      students_t_exceeded(test.freedom, (1 - confidence) / 2) * spread.corrected_error;
  test.low = differences.mean - reach;
  test.high = differences.mean + reach;
  return test;
}

std::optional<SignedRankTest> signed_rank_test(std::span<const double> differences) {
  const double tolerance = kRounding * largest_of(differences);
  const std::vector<Ranked> ranked = rank(nonzero_by_size(differences, tolerance), tolerance);
  if (ranked.empty()) return std::nullopt;
  int64_t positive = 0, negative = 0;
  for (const Ranked& each : ranked) (each.positive ? positive : negative) += each.twice_rank;
  const std::vector<double> probabilities = rank_sum_probabilities(ranked);
  double tail = 0;  // of as few as the rarer sign has; the distribution is symmetric
  for (int64_t sum = 0; sum <= std::min(positive, negative); ++sum)
    tail += probabilities[static_cast<size_t>(sum)];
  SignedRankTest test;
  test.differences = static_cast<int64_t>(ranked.size());
  test.positive_rank = static_cast<double>(positive) / 2;
  test.negative_rank = static_cast<double>(negative) / 2;
  test.p_value = std::min(1.0, 2 * tail);
  test.least_p_value = std::min(1.0, std::ldexp(2, -static_cast<int>(ranked.size())));
  return test;
}

}  // namespace foldmill::sampler
