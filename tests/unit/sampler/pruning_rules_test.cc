#include "sampler/pruning/pruning_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "sampler/completed_values.h"

namespace foldmill::sampler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Percentile, InterpolatesBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(percentile({4, 1, 3, 2}, 50), 2.5);
  EXPECT_DOUBLE_EQ(percentile({4, 1, 3, 2}, 25), 1.75);
  EXPECT_EQ(percentile({4, 1, 3}, 50), 3);
  EXPECT_EQ(percentile({4, 1, 3}, 0), 1);
  EXPECT_EQ(percentile({4, 1, 3}, 100), 4);
  EXPECT_EQ(percentile({7}, 50), 7);
}

TEST(Percentile, LeavesNanOut) {
  EXPECT_DOUBLE_EQ(percentile({kNan, 1, kNan, 2}, 50), 1.5);
  EXPECT_TRUE(std::isnan(percentile({kNan, kNan}, 50)));
  EXPECT_TRUE(std::isnan(percentile({}, 50)));
}

TEST(Percentile, CopesWithInfinities) {
  EXPECT_EQ(percentile({kInfinity, kInfinity}, 50), kInfinity);
  EXPECT_EQ(percentile({1, kInfinity}, 50), kInfinity);
  EXPECT_EQ(percentile({1, 2, kInfinity}, 50), 2);
  EXPECT_TRUE(std::isnan(percentile({-kInfinity, kInfinity}, 50)));
}

TEST(CompletedValues, AreInOrderWhateverCameBetweenQuestions) {
  CompletedValues values;
  EXPECT_THAT(values.ascending(), IsEmpty());
  for (const double value : {3.0, 1.0, 2.0}) values.add(value);
  EXPECT_THAT(values.ascending(), ElementsAre(1, 2, 3));
  for (const double value : {2.5, kNan, 0.0, 9.0}) values.add(value);
  EXPECT_THAT(values.ascending(), ElementsAre(0, 1, 2, 2.5, 3, 9));
  EXPECT_EQ(values.count(), 7u);
}

std::vector<int64_t> check_epochs(int64_t warmup, int64_t interval) {
  std::vector<int64_t> epochs;
  for (int64_t epoch = 1; epoch <= 9; ++epoch)
    if (is_check_epoch(epoch, warmup, interval)) epochs.push_back(epoch);
  return epochs;
}

TEST(CheckEpoch, EveryEpochFromWarmUpOnItIncluded) {
  EXPECT_THAT(check_epochs(0, 1), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(check_epochs(7, 1), ElementsAre(7, 8, 9));
  EXPECT_TRUE(check_epochs(10, 1).empty());
}

TEST(CheckEpoch, FirstReportOfEachWindow) {
  // Windows [0, 3), [3, 6), ...: the first report of the first window is epoch 1.
  EXPECT_THAT(check_epochs(0, 3), ElementsAre(1, 3, 6, 9));
  EXPECT_THAT(check_epochs(1, 3), ElementsAre(1, 4, 7));
  EXPECT_THAT(check_epochs(2, 3), ElementsAre(2, 5, 8));
}

}  // namespace
}  // namespace foldmill::sampler
