#include "cli/output/decision.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/cli/fold_rows.h"

namespace foldmill::cli {
namespace {

// After epoch 3 of fold 1, with two of five folds completed.
std::string words(const StudySpec& spec, const std::string& pruner, double value, double threshold,
                  int64_t peers = 0, std::optional<double> p_value = {}) {
  TrialRow trial = pruned_after(completed_trial(3, {1, 1, 1, 1, 1}), 2);
  trial.decision = PruneDecision{FoldIndex(1), 3, value, threshold, peers, pruner, p_value};
  return describe_decision(spec, trial);
}

std::string words(const std::string& pruner, double value, double threshold, int64_t peers = 0,
                  std::optional<double> p_value = {}) {
  return words(folds_spec("s"), pruner, value, threshold, peers, p_value);
}

TEST(DescribeDecision, OfMedianAndPercentile) {
  EXPECT_EQ(words("median", 0.4, 0.3, 5),
            "by median after epoch 3 of fold 1: its best val_loss so far, 0.4, is worse than 0.3, "
            "the median of 5 completed trials there");
  EXPECT_EQ(words("percentile", 0.4, 0.3, 1),
            "by percentile after epoch 3 of fold 1: its best val_loss so far, 0.4, is worse than "
            "0.3, what the best 25 % reach of 1 completed trial there");
  EXPECT_EQ(words("median", NAN, NAN),
            "by median after epoch 3 of fold 1: all that it has reported so far is not a number");
}

TEST(DescribeDecision, OfHalving) {
  EXPECT_EQ(words("asha", 0.4, 0.3, 8),
            "by asha after epoch 3 of fold 1: its val_loss at this rung, 0.4, is not in the best "
            "one of 4, with 8 other trials that came there; 0.3 was wanted");
  EXPECT_EQ(words("hyperband", NAN, NAN, 8),
            "by hyperband after epoch 3 of fold 1: what it has reported there is not a number");
}

TEST(DescribeDecision, OfPatienceAndThreshold) {
  StudySpec spec = folds_spec("s");
  spec.pruning.min_delta = 0.05;
  EXPECT_EQ(words(spec, "patient", 0.4, 0.3),
            "by patient after epoch 3 of fold 1: the best val_loss of its last 6 epochs, 0.4, is "
            "worse by more than 0.05 than the best before them, 0.3");
  EXPECT_EQ(words("threshold", 0.4, 0.3),
            "by threshold after epoch 3 of fold 1: its val_loss, 0.4, is above 0.3");
  EXPECT_EQ(words("threshold", 0.2, 0.3),
            "by threshold after epoch 3 of fold 1: its val_loss, 0.2, is below 0.3");
  EXPECT_EQ(words("threshold", NAN, NAN),
            "by threshold after epoch 3 of fold 1: its val_loss is not a number");
}

TEST(DescribeDecision, OfARaceHasTheTest) {
  EXPECT_EQ(
      words("race", 0.4, 0.3, 12, 0.00312),
      "by race after epoch 3 of fold 1: with 2 of 5 folds done, its mean val_loss over all of them "
      "is expected to be 0.4, against 0.3 of the best of 12 trials; were it as good, folds like "
      "these would have a probability of p = 0.0031 (one-sided t-test, with the difficulty of each "
      "fold taken out)");
}

}  // namespace
}  // namespace foldmill::cli
