#include "sampler/gp/expected_improvement.h"

#include <gtest/gtest.h>

#include <cmath>

namespace foldmill::sampler::gp {
namespace {

struct Reference {
  double z;
  double log_h;
};

// log(phi(z) + z Phi(z)) in arithmetic of sixty digits.
constexpr Reference kReferences[] = {
    {-1e6, -500000000028.54996},  {-1000, -500014.73445209116}, {-40, -808.29856835661996},
    {-25.5, -332.52588446220498}, {-24.5, -307.44625385773019}, {-10, -55.553122036122356},
    {-2, -4.7687835239171142},    {-1, -2.4851210257126413},    {-0.5, -1.6205162643873199},
    {0, -0.91893853320467274},    {3, 1.0987396653277078},      {8, 2.0794415416798359}};

TEST(LogExpectedImprovement, AgreesWithLongArithmetic) {
  for (const Reference& reference : kReferences)
    EXPECT_NEAR(log_expected_improvement(reference.z, 1, 0).value, reference.log_h,
                1e-8 + 1e-15 * std::abs(reference.log_h))
        << reference.z;
}

TEST(LogExpectedImprovement, ScalesWithTheDeviation) {
  EXPECT_NEAR(log_expected_improvement(5 - 2 * 0.01, 0.01, 5).value,
              std::log(0.01) - 4.7687835239171142, 1e-9);
}

TEST(LogExpectedImprovement, DerivativesAgreeWithDifferences) {
  for (double mean : {-300.0, -60.0, -13.0, -12.4, -3.0, -0.6, -0.4, 0.0, 1.0, 6.0}) {
    constexpr double kDeviation = 0.5, kThreshold = 0.1;
    const LogImprovement here = log_expected_improvement(mean, kDeviation, kThreshold);
    const double step = 1e-5;
    const auto difference = [&](double by_mean, double by_deviation) {
      return (log_expected_improvement(mean + by_mean, kDeviation + by_deviation, kThreshold)
                  .value -
              log_expected_improvement(mean - by_mean, kDeviation - by_deviation, kThreshold)
                  .value) /
             (2 * step);
    };
    EXPECT_NEAR(here.by_mean, difference(step, 0), 2e-4 * std::abs(here.by_mean) + 1e-8) << mean;
    EXPECT_NEAR(here.by_deviation, difference(0, step), 2e-4 * std::abs(here.by_deviation) + 1e-8)
        << mean;
  }
}

TEST(LogExpectedImprovement, StaysFiniteAtTheEndOfTheWorld) {
  const LogImprovement here = log_expected_improvement(-1e3, 1e-6, 0);
  EXPECT_TRUE(std::isfinite(here.value));
  EXPECT_NEAR(here.by_mean / 1e15, 1, 1e-6);  // -z / deviation
  EXPECT_TRUE(std::isfinite(here.by_deviation));
}

}  // namespace
}  // namespace foldmill::sampler::gp
