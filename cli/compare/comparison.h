#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/compare/comparable.h"
#include "cli/output/listing.h"
#include "core/fold_statistics.h"
#include "core/result.h"
#include "sampler/paired_tests.h"

namespace foldmill::cli {

// One fold that both trials completed.
struct FoldPair {
  FoldIndex fold;
  double first = 0, second = 0;
  double difference() const { return first - second; }
};

// Two trials on the folds that both completed.
struct Comparison {
  static constexpr double kConfidence = 0.95;

  std::string metric;
  std::optional<Direction> direction;  // nothing where neither study says which is better
  std::string first, second;           // "fashion/17"
  std::vector<FoldPair> folds;         // at least two
  double test_to_train = 0;
  FoldStatistics differences;  // first less second
  std::optional<sampler::CorrectedTTest> t_test;
  std::optional<sampler::SignedRankTest> ranks;
  std::vector<std::string> notes;  // what a reader must know beside the result; sentences
};

// Both with their curves. `metric` empty: the first study's objective. Refuses the same trial
// twice, one that has not ended, other folds (check_same_folds), another measure
// (check_same_measure), a metric that is not reported, and fewer than two common folds.
Result<Comparison> compare_trials(const FoundTrial& a, const FoundTrial& b,
                                  const std::string& metric);

// The result in one sentence to quote. It claims what the corrected t-test shows, and no more.
std::string conclusion(const Comparison& comparison);

// The lines around the table of folds, each ended.
std::string describe_comparison(const Comparison& comparison, size_t columns);
Listing list_comparison(const Comparison& comparison);  // comparison/v1

}  // namespace foldmill::cli
