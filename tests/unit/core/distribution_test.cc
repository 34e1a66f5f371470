#include "core/distribution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/unit/core/random_space.h"

namespace foldmill {
namespace {

using ::testing::HasSubstr;
using Text = std::string;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kLargest = int64_t{1} << 52;

double real(const Distribution& d, double internal) {
  return std::get<double>(d.from_internal(internal));
}

int64_t whole(const Distribution& d, double internal) {
  return std::get<int64_t>(d.from_internal(internal));
}

TEST(FloatDistribution, RefusesUnsoundRanges) {
  for (const auto& made :
       {Distribution::make_float(2, 1), Distribution::make_float(0, 1, true),
        Distribution::make_float(-1, 1, true), Distribution::make_float(0, kInf),
        Distribution::make_float(kNan, 1),
        Distribution::make_float(std::numeric_limits<double>::lowest(),
                                 std::numeric_limits<double>::max()),
        Distribution::make_float(1, 2, true, 0.5), Distribution::make_float(0, 1, false, 0.0),
        Distribution::make_float(0, 1, false, -0.1), Distribution::make_float(0, 1, false, kNan),
        Distribution::make_float(0, 1, false, 1e-17),
        Distribution::make_float(1e10, 1e10 + 1, false, 1e-9)})
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
}

TEST(FloatDistribution, MessagesNameTheNumbers) {
  EXPECT_THAT(Distribution::make_float(2, 1).status().message(),
              HasSubstr("lower bound 2 is above upper bound 1"));
  EXPECT_THAT(Distribution::make_float(0, 1, true).status().message(),
              HasSubstr("must be greater than 0 for a log range, got 0"));
}

TEST(FloatDistribution, ContainsBothEnds) {
  const Distribution d = *Distribution::make_float(1e-4, 8e-3, true);
  EXPECT_TRUE(d.contains(1e-4));
  EXPECT_TRUE(d.contains(8e-3));
  EXPECT_FALSE(d.contains(8.1e-3));
  EXPECT_FALSE(d.contains(kNan));
  EXPECT_FALSE(d.contains(true));
  EXPECT_FALSE(d.contains(Text("0.001")));
  EXPECT_TRUE(Distribution::make_float(0, 2)->contains(int64_t{1}));
  EXPECT_TRUE(d.is_log());
  EXPECT_FALSE(d.is_single());
  EXPECT_EQ(d.cardinality(), std::nullopt);
}

TEST(FloatDistribution, InternalValuesAreClampedNotLogarithms) {
  const Distribution d = *Distribution::make_float(1e-4, 1, true);
  EXPECT_EQ(d.to_internal(0.01), 0.01);
  EXPECT_EQ(d.to_internal(5.0), 5.0);  // outside, as after a widened space
  EXPECT_EQ(real(d, 5), 1);
  EXPECT_EQ(real(d, -kInf), 1e-4);
  EXPECT_EQ(real(d, kNan), 1e-4);
}

TEST(FloatDistribution, StepLowersHighToTheGrid) {
  const Distribution d = *Distribution::make_float(0, 1, false, 0.3);
  EXPECT_EQ(d.cardinality(), 4);
  EXPECT_NEAR(d.as_float()->high, 0.9, 1e-15);
  EXPECT_EQ(real(d, 100), d.as_float()->high);
  EXPECT_NEAR(real(d, 0.44), 0.3, 1e-15);
  EXPECT_NEAR(real(d, 0.46), 0.6, 1e-15);
}

TEST(FloatDistribution, StepDoesNotLoseTheEndToRounding) {
  // 0.3 / 0.1 is a little less than 3, and 3 * 0.1 a little more than 0.3.
  const Distribution d = *Distribution::make_float(0, 0.3, false, 0.1);
  EXPECT_EQ(d.cardinality(), 4);
  EXPECT_EQ(d.as_float()->high, 0.3);
  EXPECT_EQ(Distribution::make_float(0, 0.9, false, 0.3)->as_float()->high, 0.9);
  EXPECT_TRUE(d.contains(0.3));
  EXPECT_TRUE(d.contains(0.1 + 0.2));
  EXPECT_TRUE(d.contains(0.1));
  EXPECT_FALSE(d.contains(0.15));
  EXPECT_FALSE(d.contains(0.4));
}

TEST(IntDistribution, RefusesUnsoundRanges) {
  for (const auto& made :
       {Distribution::make_int(2, 1), Distribution::make_int(0, 8, true),
        Distribution::make_int(1, 8, true, 2), Distribution::make_int(1, 8, false, 0),
        Distribution::make_int(1, 8, false, -1), Distribution::make_int(0, kLargest + 1),
        Distribution::make_int(std::numeric_limits<int64_t>::min(),
                               std::numeric_limits<int64_t>::max())})
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
}

TEST(IntDistribution, KeepsToItsGrid) {
  const Distribution d = *Distribution::make_int(8, 18, false, 4);
  EXPECT_EQ(d.as_int()->high, 16);
  EXPECT_EQ(d.cardinality(), 3);
  EXPECT_TRUE(d.contains(int64_t{12}));
  EXPECT_TRUE(d.contains(12.0));
  EXPECT_FALSE(d.contains(12.5));
  EXPECT_FALSE(d.contains(int64_t{10}));
  EXPECT_FALSE(d.contains(int64_t{20}));
  EXPECT_FALSE(d.contains(true));
  EXPECT_EQ(d.to_internal(12.5), std::nullopt);
  EXPECT_EQ(whole(d, 9.9), 8);
  EXPECT_EQ(whole(d, 10.1), 12);
  EXPECT_EQ(whole(d, kInf), 16);
  EXPECT_EQ(whole(d, kNan), 8);
}

TEST(IntDistribution, ReachesTheLargestIntegersExactly) {
  const Distribution d = *Distribution::make_int(-kLargest, kLargest);
  EXPECT_EQ(whole(d, 1e300), kLargest);
  EXPECT_EQ(whole(d, static_cast<double>(kLargest - 1)), kLargest - 1);
  EXPECT_EQ(d.cardinality(), 2 * kLargest + 1);
}

TEST(CategoricalDistribution, RefusesNoneTwiceAndNotANumber) {
  EXPECT_FALSE(Distribution::make_categorical({}).ok());
  EXPECT_FALSE(Distribution::make_categorical({Text("a"), Text("b"), Text("a")}).ok());
  EXPECT_FALSE(Distribution::make_categorical({int64_t{1}, 1.0}).ok());
  EXPECT_FALSE(Distribution::make_categorical({kNan}).ok());
  EXPECT_TRUE(Distribution::make_categorical({true, int64_t{1}, Text("1")}).ok());
}

TEST(CategoricalDistribution, InternalValueIsTheIndex) {
  const Distribution d = *Distribution::make_categorical({Text("adam"), int64_t{7}, false});
  EXPECT_EQ(d.to_internal(Text("adam")), 0.0);
  EXPECT_EQ(d.to_internal(7.0), 1.0);
  EXPECT_EQ(d.to_internal(false), 2.0);
  EXPECT_EQ(d.to_internal(Text("sgd")), std::nullopt);
  EXPECT_EQ(d.from_internal(1.2), ParameterValue(int64_t{7}));
  EXPECT_EQ(d.from_internal(-3), ParameterValue(Text("adam")));
  EXPECT_EQ(d.from_internal(99), ParameterValue(false));
  EXPECT_EQ(d.from_internal(kNan), ParameterValue(Text("adam")));
  EXPECT_EQ(d.cardinality(), 3);
  EXPECT_FALSE(d.is_log());
}

TEST(Distribution, SingleMeansOneValue) {
  EXPECT_TRUE(Distribution::make_float(0.5, 0.5)->is_single());
  EXPECT_TRUE(Distribution::make_float(0, 1, false, 2.0)->is_single());
  EXPECT_TRUE(Distribution::make_int(3, 4, false, 2)->is_single());
  EXPECT_TRUE(Distribution::make_categorical({true})->is_single());
  EXPECT_FALSE(Distribution::make_int(3, 4)->is_single());
}

TEST(Distribution, DescribesItself) {
  EXPECT_EQ(Distribution::make_float(1e-4, 8e-3, true)->describe(), "float [0.0001, 0.008] log");
  EXPECT_EQ(Distribution::make_float(0, 1, false, 0.25)->describe(), "float [0, 1] step 0.25");
  EXPECT_EQ(Distribution::make_int(8, 16, false, 4)->describe(), "int [8, 16] step 4");
  EXPECT_EQ(Distribution::make_int(1, 64, true)->describe(), "int [1, 64] log");
  EXPECT_EQ(Distribution::make_categorical({Text("adam"), Text("radam")})->describe(),
            "choice [adam, radam]");
}

// Whatever the internal value, what comes out is a member, and is its own nearest member.
TEST(DistributionProperty, FromInternalGivesMembersAndRoundTrips) {
  Random random(2, RandomPurpose::kTest);
  for (int round = 0; round < 3000; ++round) {
    const Distribution d = testing::random_distribution(random);
    SCOPED_TRACE(d.describe());
    for (int i = 0; i < 10; ++i) {
      const ParameterValue value = d.from_internal(random.uniform(-3000, 3000));
      ASSERT_TRUE(d.contains(value)) << to_string(value);
      const std::optional<double> internal = d.to_internal(value);
      ASSERT_TRUE(internal);
      ASSERT_EQ(d.from_internal(*internal), value);
    }
  }
}

// Every point of a finite range is reached, and no other: its size is the number of distinct
// values.
TEST(DistributionProperty, CardinalityCountsTheGrid) {
  Random random(3, RandomPurpose::kTest);
  for (int round = 0; round < 1000; ++round) {
    const Distribution d = testing::random_distribution(random);
    const std::optional<int64_t> size = d.cardinality();
    if (!size || *size > 300) continue;
    SCOPED_TRACE(d.describe());
    std::vector<ParameterValue> seen;
    for (int64_t k = 0; k < *size; ++k) {
      seen.push_back(testing::grid_point(d, k));
      ASSERT_TRUE(d.contains(seen.back())) << to_string(seen.back());
    }
    EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
    EXPECT_EQ(d.from_internal(std::numeric_limits<double>::max()), seen.back());
    EXPECT_EQ(d.is_single(), *size == 1);
  }
}

}  // namespace
}  // namespace foldmill
