#include "sampler/gp/lbfgs.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.h"

namespace foldmill::sampler::gp {
namespace {

Box box(size_t size, double low, double high) {
  return {std::vector<double>(size, low), std::vector<double>(size, high)};
}

// Elongated along the axes, minimum at 1, 2, 3, ...
double bowl(std::span<const double> x, std::span<double> gradient) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    const double weight = std::pow(10, static_cast<double>(i));
    const double offset = x[i] - static_cast<double>(i + 1);
    sum += weight * offset * offset;
    gradient[i] = 2 * weight * offset;
  }
  return sum;
}

double rosenbrock(std::span<const double> x, std::span<double> gradient) {
  std::fill(gradient.begin(), gradient.end(), 0);
  double sum = 0;
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    const double valley = x[i + 1] - x[i] * x[i];
    sum += 100 * valley * valley + (1 - x[i]) * (1 - x[i]);
    gradient[i] += -400 * x[i] * valley - 2 * (1 - x[i]);
    gradient[i + 1] += 200 * valley;
  }
  return sum;
}

TEST(Lbfgs, FindsTheMinimumOfAnElongatedBowl) {
  const LbfgsResult found =
      minimize_in_box(bowl, std::vector<double>{-3, 7, 0}, box(3, -10, 10), {});
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(found.x[i], static_cast<double>(i + 1), 1e-6);
  EXPECT_LT(found.iterations, 30);
}

TEST(Lbfgs, FollowsACurvedValley) {
  LbfgsOptions options;
  options.max_iterations = 500;
  options.value_tolerance = 0;
  const LbfgsResult found =
      minimize_in_box(rosenbrock, std::vector<double>{-1.2, 1, -0.5, 2}, box(4, -5, 5), options);
  for (double x : found.x) EXPECT_NEAR(x, 1, 1e-4);
}

TEST(Lbfgs, StopsAtTheBoundsAndGoesOnAlongThem) {
  Box narrow = box(3, -10, 10);
  narrow.high[0] = 0.5;  // the minimum is at 1
  narrow.low[2] = 4;     // at 3
  const LbfgsResult found = minimize_in_box(bowl, std::vector<double>{-3, 7, 8}, narrow, {});
  EXPECT_EQ(found.x[0], 0.5);
  EXPECT_NEAR(found.x[1], 2, 1e-6);
  EXPECT_EQ(found.x[2], 4);
}

TEST(Lbfgs, LeavesABoundThatDoesNotHoldIt) {
  const LbfgsResult found =
      minimize_in_box(bowl, std::vector<double>{-10, 10}, box(2, -10, 10), {});
  EXPECT_NEAR(found.x[0], 1, 1e-6);
  EXPECT_NEAR(found.x[1], 2, 1e-6);
}

TEST(Lbfgs, EqualEndsPinAVariable) {
  Box pinned = box(2, -10, 10);
  pinned.low[0] = pinned.high[0] = -4;
  const LbfgsResult found = minimize_in_box(bowl, std::vector<double>{3, 3}, pinned, {});
  EXPECT_EQ(found.x[0], -4);
  EXPECT_NEAR(found.x[1], 2, 1e-6);
}

TEST(Lbfgs, NeverWorseThanTheStartAndNeverOutside) {
  Random random(3);
  for (int round = 0; round < 200; ++round) {
    const size_t size = 1 + random.below(5);
    Box limits;
    std::vector<double> start;
    for (size_t i = 0; i < size; ++i) {
      limits.low.push_back(random.uniform(-3, 1));
      limits.high.push_back(limits.low[i] + random.uniform(0, 3));
      start.push_back(random.uniform(limits.low[i], limits.high[i]));
    }
    // Many minima, and a cliff to infinity.
    const GradientFunction rugged = [](std::span<const double> x, std::span<double> gradient) {
      double sum = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        sum += std::sin(5 * x[i]) + 0.1 * x[i];
        gradient[i] = 5 * std::cos(5 * x[i]) + 0.1;
      }
      return x[0] > 1 ? std::numeric_limits<double>::infinity() : sum;
    };
    std::vector<double> gradient(size);
    const double before = rugged(start, gradient);
    const LbfgsResult found = minimize_in_box(rugged, start, limits, {});
    EXPECT_LE(found.value, before);
    for (size_t i = 0; i < size; ++i) {
      EXPECT_GE(found.x[i], limits.low[i]);
      EXPECT_LE(found.x[i], limits.high[i]);
    }
  }
}

TEST(Lbfgs, GivesBackAStartWhereTheFunctionIsNotFinite) {
  const GradientFunction undefined = [](std::span<const double>, std::span<double>) {
    return std::numeric_limits<double>::quiet_NaN();
  };
  const std::vector<double> start{0.25, 0.75};
  EXPECT_EQ(minimize_in_box(undefined, start, box(2, 0, 1), {}).x, start);
}

TEST(Lbfgs, BringsAnOutsideStartIntoTheBox) {
  const LbfgsResult found = minimize_in_box(bowl, std::vector<double>{50}, box(1, 2, 3), {});
  EXPECT_EQ(found.x[0], 2);
}

}  // namespace
}  // namespace foldmill::sampler::gp
