#include "core/hypervolume.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.h"

namespace foldmill {
namespace {

// Points on a grid of unit cells up to `side`: the cells that some point dominates.
double volume_by_cells(const std::vector<Losses>& points, size_t objectives, int side) {
  double volume = 0;
  std::vector<int> cell(objectives, 0);
  while (true) {
    for (const Losses& point : points) {
      bool is_covered = true;
      for (size_t i = 0; i < objectives; ++i) is_covered &= point[i] <= cell[i];
      if (!is_covered) continue;
      ++volume;
      break;
    }
    size_t place = 0;
    while (place < objectives && ++cell[place] == side) cell[place++] = 0;
    if (place == objectives) return volume;
  }
}

TEST(Hypervolume, OfOnePointIsItsBox) {
  EXPECT_EQ(hypervolume(std::vector<Losses>{{1, 2}}, Losses{4, 4}), 6);
  EXPECT_EQ(hypervolume(std::vector<Losses>{{1, 2, 3}}, Losses{4, 4, 4}), 6);
  EXPECT_EQ(hypervolume(std::vector<Losses>{{1}, {2}}, Losses{4}), 3);
}

TEST(Hypervolume, WhatIsNotBetterThanTheReferenceAddsNothing) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(hypervolume(std::vector<Losses>{}, Losses{1, 1}), 0);
  EXPECT_EQ(hypervolume(std::vector<Losses>{{1, 0}, {0, 2}, {kInfinity, 0}}, Losses{1, 1}), 0);
  EXPECT_EQ(hypervolume(std::vector<Losses>{{0, 0, 0}, {2, 2, -9}}, Losses{1, 1, 1}), 1);
}

TEST(Hypervolume, CountsCellsInAnyNumberOfObjectives) {
  constexpr int kSide = 5;
  Random random(3);
  for (size_t objectives = 1; objectives <= 5; ++objectives)
    for (size_t count = 0; count < 25; ++count) {
      std::vector<Losses> points(count, Losses(objectives));
      for (Losses& point : points)
        for (double& loss : point) loss = static_cast<double>(random.below(kSide + 1));
      EXPECT_EQ(hypervolume(points, Losses(objectives, kSide)),
                volume_by_cells(points, objectives, kSide))
          << objectives << " objectives, " << count << " points";
    }
}

// x^2 + y^2 + z^2 = 1 in the positive octant, seen from (1, 1, 1): all but an eighth of a ball.
TEST(Hypervolume, OfAFineFrontApproachesTheIntegral) {
  std::vector<Losses> points;
  constexpr int kSteps = 24;
  constexpr double kQuarter = 1.5707963267948966;
  for (int i = 0; i <= kSteps; ++i)
    for (int j = 0; j <= kSteps; ++j) {
      const double a = kQuarter * i / kSteps, b = kQuarter * j / kSteps;
      points.push_back({std::cos(a) * std::cos(b), std::cos(a) * std::sin(b), std::sin(a)});
    }
  const double whole = 1 - kQuarter / 3;
  const double found = hypervolume(points, Losses{1, 1, 1});
  EXPECT_LT(found, whole);
  EXPECT_NEAR(found, whole, 0.06);
}

}  // namespace
}  // namespace foldmill
