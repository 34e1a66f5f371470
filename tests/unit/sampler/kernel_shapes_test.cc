#include "sampler/tpe/kernel_shapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foldmill::sampler {
namespace {

using testing::DoubleEq;
using testing::Each;
using testing::ElementsAre;

UnitTransform range(double low, double high) {
  return *UnitTransform::of(Distribution::make_float(low, high).value());
}

TEST(AgeWeights, UpToTwentyFiveCountInFull) {
  EXPECT_TRUE(age_weights(0).empty());
  EXPECT_THAT(age_weights(25), Each(1.0));
}

TEST(AgeWeights, OlderOnesRiseFromOneOverCount) {
  const std::vector<double> one_old = age_weights(26);
  EXPECT_DOUBLE_EQ(one_old[0], 1.0 / 26);
  EXPECT_EQ(one_old[1], 1);
  const std::vector<double> three_old = age_weights(28);
  EXPECT_DOUBLE_EQ(three_old[0], 1.0 / 28);
  EXPECT_DOUBLE_EQ(three_old[1], (1.0 / 28 + 1) / 2);
  EXPECT_DOUBLE_EQ(three_old[2], 1);
  EXPECT_EQ(three_old[27], 1);
}

TEST(KernelShapes, NothingObservedLeavesThePrior) {
  const KernelShapes shapes = kernel_shapes(range(2, 6), {});
  EXPECT_THAT(shapes.mu, ElementsAre(4));
  EXPECT_THAT(shapes.sigma, ElementsAre(4));
}

TEST(KernelShapes, OneObservationReachesForTheFartherEnd) {
  const KernelShapes shapes = kernel_shapes(range(0, 10), std::vector<double>{3});
  EXPECT_THAT(shapes.mu, ElementsAre(3, 5));
  EXPECT_THAT(shapes.sigma, ElementsAre(7, 10));
}

TEST(KernelShapes, WiderGapWinsAndTheOutermostLookInwards) {
  // Sorted: 1, 4, 9. The shapes keep the order of the observations.
  const KernelShapes shapes = kernel_shapes(range(0, 10), std::vector<double>{9, 1, 4});
  EXPECT_THAT(shapes.mu, ElementsAre(9, 1, 4, 5));
  EXPECT_THAT(shapes.sigma, ElementsAre(5, 3, 5, 10));
}

TEST(KernelShapes, EqualObservationsGetTheNarrowestWidth) {
  // Three observations, four kernels: a fifth of the range.
  const KernelShapes shapes = kernel_shapes(range(0, 10), std::vector<double>{5, 5, 5});
  EXPECT_THAT(shapes.sigma, ElementsAre(2, 2, 2, 10));
}

TEST(KernelShapes, NeverNarrowerThanAHundredth) {
  const std::vector<double> equal(500, 0.25);
  const KernelShapes shapes = kernel_shapes(range(0, 1), equal);
  EXPECT_THAT(std::vector<double>(shapes.sigma.begin(), shapes.sigma.end() - 1),
              Each(DoubleEq(0.01)));
}

}  // namespace
}  // namespace foldmill::sampler
