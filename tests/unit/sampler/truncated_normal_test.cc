#include "sampler/tpe/truncated_normal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/unit/sampler/golden_file.h"

namespace foldmill::sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void expect_relative(double actual, double expected, double tolerance) {
  EXPECT_NEAR(actual, expected, tolerance * std::max(std::abs(expected), 1e-300));
}

TEST(TruncatedNormal, LogCdfAgreesWithFiftyDigits) {
  const auto golden = read_golden("truncated_normal.json");
  ASSERT_FALSE(golden["log_cdf"].empty());
  for (const auto& row : golden["log_cdf"]) {
    SCOPED_TRACE(row.dump());
    expect_relative(log_normal_cdf(row[0]), row[1], 1e-13);
  }
}

TEST(TruncatedNormal, LogMassAgreesWithFiftyDigitsInBothTails) {
  const auto golden = read_golden("truncated_normal.json");
  ASSERT_FALSE(golden["log_mass"].empty());
  for (const auto& row : golden["log_mass"]) {
    SCOPED_TRACE(row.dump());
    expect_relative(log_normal_mass(row[0], row[1]), row[2], 1e-10);
    expect_relative(log_normal_mass(-row[1].get<double>(), -row[0].get<double>()), row[2], 1e-10);
  }
}

TEST(TruncatedNormal, QuantileAgreesWithFiftyDigits) {
  const auto golden = read_golden("truncated_normal.json");
  ASSERT_FALSE(golden["quantile"].empty());
  for (const auto& row : golden["quantile"]) {
    SCOPED_TRACE(row.dump());
    EXPECT_NEAR(truncated_normal_quantile(row[0], row[1], row[2]), row[3].get<double>(), 1e-8);
  }
}

TEST(TruncatedNormal, MassOfNothingAndOfEverything) {
  EXPECT_EQ(log_normal_mass(1, 1), -kInfinity);
  EXPECT_EQ(log_normal_mass(2, 1), -kInfinity);
  EXPECT_EQ(log_normal_mass(-kInfinity, kInfinity), 0);
  EXPECT_DOUBLE_EQ(log_normal_mass(-kInfinity, 0), std::log(0.5));
}

TEST(TruncatedNormal, NarrowIntervalsAddUpToWideOnes) {
  for (double low : {-40.0, -8.0, -0.3, 0.0, 2.0, 30.0}) {
    constexpr int kParts = 100;
    double sum = 0;
    const double whole = log_normal_mass(low, low + 0.3);
    for (int i = 0; i < kParts; ++i)
      sum +=
          std::exp(log_normal_mass(low + 0.3 * i / kParts, low + 0.3 * (i + 1) / kParts) - whole);
    EXPECT_NEAR(sum, 1, 1e-9) << low;
  }
}

TEST(TruncatedNormal, InverseUndoesTheLogCdf) {
  for (double x : {-250.0, -40.0, -20.01, -19.99, -6.0, -1.0, -1e-3, 0.0})
    EXPECT_NEAR(inverse_log_normal_cdf(log_normal_cdf(x)), x, 1e-11 * std::max(1.0, -x));
}

TEST(TruncatedNormal, QuantileOfZeroAndOneAreTheEnds) {
  EXPECT_DOUBLE_EQ(truncated_normal_quantile(0, -2, 3), -2);
  EXPECT_DOUBLE_EQ(truncated_normal_quantile(1, -2, 3), 3);
}

TEST(TruncatedNormal, SamplesStayInsideEvenWhenTheMeanLiesFarOutside) {
  Random random(1);
  for (double mu : {-1000.0, -3.0, 0.5, 4.0, 1000.0})
    for (int i = 0; i < 200; ++i) {
      const double x = sample_truncated_normal(mu, 0.5, 0, 1, random);
      EXPECT_GE(x, 0);
      EXPECT_LE(x, 1);
    }
}

TEST(TruncatedNormal, SampleFrequenciesFollowTheCdf) {
  Random random(2);
  constexpr int kSamples = 20000;
  int left = 0;
  for (int i = 0; i < kSamples; ++i) left += sample_truncated_normal(1, 2, -1, 2, random) < 0.5;
  const double expected = std::exp(log_normal_mass(-1, -0.25) - log_normal_mass(-1, 0.5));
  EXPECT_NEAR(left / double{kSamples}, expected, 0.015);
}

}  // namespace
}  // namespace foldmill::sampler
