#include "core/learning_curve.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace foldmill {
namespace {

using ::testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

LearningCurve curve(const std::vector<double>& values) {
  LearningCurve made;
  for (double value : values) made.append(value);
  return made;
}

TEST(LearningCurve, EpochsCountFromOne) {
  const LearningCurve c = curve({3, 2, 1});
  EXPECT_EQ(c.last_epoch(), 3);
  EXPECT_EQ(c.at(1), 3);
  EXPECT_EQ(c.at(3), 1);
  EXPECT_EQ(c.at(0), std::nullopt);
  EXPECT_EQ(c.at(4), std::nullopt);
  EXPECT_EQ(c.at(-1), std::nullopt);
  EXPECT_FALSE(c.empty());
}

TEST(LearningCurve, TruncateForgetsWhatComesAfter) {
  LearningCurve c = curve({3, 2, 1});
  c.truncate(7);
  EXPECT_THAT(c.values(), ElementsAre(3, 2, 1));
  c.truncate(2);
  EXPECT_THAT(c.values(), ElementsAre(3, 2));
  c.append(5);
  EXPECT_EQ(c.at(3), 5);
  c.truncate(0);
  EXPECT_TRUE(c.empty());
  c.truncate(-1);
  EXPECT_TRUE(c.empty());
}

TEST(LearningCurve, TheTakenEpochIsTheFirstOfTheBestOrTheLast) {
  const LearningCurve c = curve({kNan, 3, 1, 2, 1});
  EXPECT_EQ(c.taken_epoch(Take::kLast, Direction::kMinimize), 5);
  EXPECT_EQ(c.taken_epoch(Take::kBestEpoch, Direction::kMinimize), 3);
  EXPECT_EQ(c.taken_epoch(Take::kBestEpoch, Direction::kMaximize), 2);
  EXPECT_EQ(curve({kNan, kNan}).taken_epoch(Take::kBestEpoch, Direction::kMinimize), 2);
  EXPECT_EQ(LearningCurve().taken_epoch(Take::kBestEpoch, Direction::kMinimize), 0);
}

TEST(LearningCurve, BestFollowsTheDirection) {
  const LearningCurve c = curve({3, 1, 2});
  EXPECT_EQ(c.best(Direction::kMinimize), 1);
  EXPECT_EQ(c.best(Direction::kMaximize), 3);
}

TEST(LearningCurve, BestLeavesNanOut) {
  EXPECT_EQ(curve({kNan, 3, kNan, 2, kNan}).best(Direction::kMinimize), 2);
  EXPECT_EQ(curve({kNan, 3, kNan, 2, kNan}).best(Direction::kMaximize), 3);
  EXPECT_EQ(curve({kInf, kNan}).best(Direction::kMinimize), kInf);
  EXPECT_TRUE(std::isnan(curve({kNan, kNan}).best(Direction::kMinimize)));
  EXPECT_TRUE(std::isnan(LearningCurve().best(Direction::kMaximize)));
}

TEST(LearningCurve, TakeGivesTheLastOrTheBest) {
  const LearningCurve c = curve({3, 1, 2});
  EXPECT_EQ(c.take(Take::kLast, Direction::kMinimize), 2);
  EXPECT_EQ(c.take(Take::kBestEpoch, Direction::kMinimize), 1);
  EXPECT_EQ(c.take(Take::kBestEpoch, Direction::kMaximize), 3);
  EXPECT_TRUE(std::isnan(curve({1, kNan}).take(Take::kLast, Direction::kMinimize)));
  EXPECT_EQ(curve({1, kNan}).take(Take::kBestEpoch, Direction::kMinimize), 1);
  EXPECT_TRUE(std::isnan(LearningCurve().take(Take::kLast, Direction::kMinimize)));
  EXPECT_TRUE(std::isnan(LearningCurve().take(Take::kBestEpoch, Direction::kMinimize)));
}

TEST(Better, NanIsNeverBetter) {
  for (Direction direction : {Direction::kMinimize, Direction::kMaximize}) {
    EXPECT_FALSE(better(kNan, 1, direction));
    EXPECT_FALSE(better(1, kNan, direction));
    EXPECT_FALSE(better(1, 1, direction));
  }
  EXPECT_TRUE(better(1, 2, Direction::kMinimize));
  EXPECT_TRUE(better(2, 1, Direction::kMaximize));
}

}  // namespace
}  // namespace foldmill
