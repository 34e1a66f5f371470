#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/fold_statistics.h"

// Whether one trial is better than another, by the differences of their values on the same folds.
// Both tests are two-sided, of the null hypothesis that the two are equally good.
namespace foldmill::sampler {

// The corrected resampled t-test (Nadeau, Bengio, "Inference for the Generalization Error", Machine
// Learning 52, 2003; for repeated folds Bouckaert, Frank, "Evaluating the Replicability of
// Significance Tests for Comparing Learning Algorithms", PAKDD 2004): Student's t with the
// corrected standard error. Assumes differences that are about normal. What it asks is how the two
// would do when trained on another sample of the same size, which is more than how they do on
// these folds.
struct CorrectedTTest {
  double statistic = 0;
  double freedom = 0;  // number of folds - 1
  double p_value = 1;
  double low = 0, high = 0;  // of the difference: holds it with the confidence asked for
};
// Of the differences' statistics. Nothing without a spread, or with one that is only rounding: then
// nothing says how large chance is.
std::optional<CorrectedTTest> corrected_t_test(const FoldStatistics& differences,
                                               double confidence);

// Wilcoxon's signed-rank test ("Individual Comparisons by Ranking Methods", Biometrics Bulletin 1,
// 1945). Differences of zero are left out, equal ones share their mean rank, and the probability is
// exact: of all 2^n ways to set the signs. Assumes no distribution, but differences that are
// independent of each other; those of folds are not, so it is bolder than it should be.
struct SignedRankTest {
  int64_t differences = 0;   // that are not zero
  double positive_rank = 0;  // sum of the ranks of the positive ones
  double negative_rank = 0;  // of the negative ones
  double p_value = 1;
  double least_p_value = 1;  // that so many differences can give, whatever they are
};
// Nothing when all differences are zero.
std::optional<SignedRankTest> signed_rank_test(std::span<const double> differences);

}  // namespace foldmill::sampler
