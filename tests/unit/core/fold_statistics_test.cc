#include "core/fold_statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace foldmill {
namespace {

TEST(FoldStatistics, OfFiveFolds) {
  const auto statistics = fold_statistics(std::vector<double>{2, 4, 4, 5, 10}, 0.25);
  ASSERT_TRUE(statistics && statistics->spread);
  EXPECT_EQ(statistics->folds, 5);
  EXPECT_DOUBLE_EQ(statistics->mean, 5);
  EXPECT_DOUBLE_EQ(statistics->median, 4);
  EXPECT_DOUBLE_EQ(statistics->spread->deviation, 3);  // squares 9 + 1 + 1 + 0 + 25, over n - 1
  EXPECT_DOUBLE_EQ(statistics->spread->error, 3 / std::sqrt(5));
  EXPECT_DOUBLE_EQ(statistics->spread->corrected_error, 3 * std::sqrt(0.2 + 0.25));
}

TEST(FoldStatistics, ASingleFoldHasNoSpread) {
  const auto statistics = fold_statistics(std::vector<double>{7}, 0.25);
  ASSERT_TRUE(statistics.has_value());
  EXPECT_EQ(statistics->folds, 1);
  EXPECT_EQ(statistics->mean, 7);
  EXPECT_EQ(statistics->median, 7);
  EXPECT_FALSE(statistics->spread.has_value());
}

TEST(FoldStatistics, WhatIsNotFiniteIsLeftOut) {
  const auto statistics = fold_statistics(std::vector<double>{1, NAN, 3, INFINITY}, 0.25);
  ASSERT_TRUE(statistics && statistics->spread);
  EXPECT_EQ(statistics->folds, 2);
  EXPECT_EQ(statistics->mean, 2);
  EXPECT_EQ(statistics->median, 2);
  EXPECT_FALSE(fold_statistics(std::vector<double>{NAN, -INFINITY}, 0.25).has_value());
  EXPECT_FALSE(fold_statistics({}, 0.25).has_value());
}

// Two passes: a spread far below the values is not lost in their squares.
TEST(FoldStatistics, HoldsForSmallDifferencesOfLargeValues) {
  const auto statistics = fold_statistics(std::vector<double>{1e9 + 1, 1e9 + 2, 1e9 + 3}, 0.5);
  ASSERT_TRUE(statistics && statistics->spread);
  EXPECT_DOUBLE_EQ(statistics->spread->deviation, 1);
}

TEST(FoldStatistics, TheMedianOfAnEvenNumberLiesBetween) {
  EXPECT_EQ(median_of(std::vector<double>{4, 1, 3, 2}), 2.5);
  EXPECT_EQ(median_of(std::vector<double>{3, 1, 2}), 2);
}

TEST(FoldStatistics, TheShareOfTestDataIsThePlans) {
  EXPECT_DOUBLE_EQ(test_to_train({.k = 5}), 0.25);
  EXPECT_DOUBLE_EQ(test_to_train({.k = 2}), 1);
  EXPECT_DOUBLE_EQ(test_to_train({.k = 1, .validation_fraction = 0.2}), 0.25);
}

}  // namespace
}  // namespace foldmill
