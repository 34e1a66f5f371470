#include "sampler/tpe/hypervolume_subset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/hypervolume.h"
#include "core/random.h"

namespace foldmill::sampler {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Each time by trying them all. The points lie in the unit cube and touch all its sides.
std::vector<size_t> by_trying(const std::vector<Losses>& points, size_t count) {
  const Losses reference(points.front().size(), 1.1);
  std::vector<Losses> chosen;
  std::vector<bool> taken(points.size());
  for (size_t round = 0; round < count; ++round) {
    size_t best = points.size();
    double most = -1;
    for (size_t i = 0; i < points.size(); ++i) {
      if (taken[i]) continue;
      chosen.push_back(points[i]);
      const double volume = hypervolume(chosen, reference);
      chosen.pop_back();
      if (volume <= most + 1e-12) continue;
      most = volume;
      best = i;
    }
    taken[best] = true;
    chosen.push_back(points[best]);
  }
  std::vector<size_t> indices;
  for (size_t i = 0; i < points.size(); ++i)
    if (taken[i]) indices.push_back(i);
  return indices;
}

TEST(HypervolumeSubset, TakesWhatAddsMost) {
  Random random(5);
  for (size_t objectives = 2; objectives <= 3; ++objectives) {
    std::vector<Losses> points;
    for (size_t i = 0; i < 20; ++i) {
      points.emplace_back();
      for (size_t j = 0; j < objectives; ++j) points.back().push_back(random.uniform());
    }
    for (size_t j = 0; j < objectives; ++j) points[j] = Losses(objectives, 1.0), points[j][j] = 0;
    for (size_t count : {1, 3, 7, 19})
      EXPECT_EQ(hypervolume_subset(points, count), by_trying(points, count));
  }
}

TEST(HypervolumeSubset, DoesNotDependOnTheUnits) {
  const std::vector<Losses> plain{{0, 1}, {0.1, 0.3}, {0.2, 0.25}, {1, 0}};
  std::vector<Losses> scaled = plain;
  for (Losses& point : scaled) point = {1e300 * (point[0] - 0.5), 7 + 1e-9 * point[1]};
  EXPECT_EQ(hypervolume_subset(plain, 2), hypervolume_subset(scaled, 2));
}

TEST(HypervolumeSubset, HasNoMoreThanThereIs) {
  const std::vector<Losses> points{{0, 1}, {1, 0}};
  EXPECT_THAT(hypervolume_subset(points, 9), ElementsAre(0, 1));
  EXPECT_THAT(hypervolume_subset(points, 0), IsEmpty());
  EXPECT_THAT(hypervolume_subset(std::vector<Losses>{}, 3), IsEmpty());
}

TEST(HypervolumeSubset, InfiniteLossesComeLast) {
  const std::vector<Losses> points{{kInfinity, 0}, {0, 1}, {-kInfinity, kInfinity}, {1, 0}};
  EXPECT_THAT(hypervolume_subset(points, 2), ElementsAre(1, 3));
  const std::vector<Losses> all{{kInfinity, kInfinity}, {kInfinity, kInfinity}};
  EXPECT_THAT(hypervolume_subset(all, 1), ElementsAre(0));
}

TEST(HypervolumeContributions, AreWhatEachDominatesAlone) {
  // In the unit cube (0, 1), (0.5, 0.5), (1, 0), up to (1.1, 1.1).
  const std::vector<double> contributions =
      hypervolume_contributions(std::vector<Losses>{{0, 20}, {1, 10}, {2, 0}, {1.5, 11}});
  ASSERT_EQ(contributions.size(), 4u);
  EXPECT_NEAR(contributions[0], 0.5 * 0.1, 1e-12);
  EXPECT_NEAR(contributions[1], 0.5 * 0.5, 1e-12);
  EXPECT_NEAR(contributions[2], 0.1 * 0.5, 1e-12);
  EXPECT_EQ(contributions[3], 0) << "it is dominated";
}

TEST(HypervolumeContributions, EqualPointsAddNothingAndTheWorstOnesNeither) {
  EXPECT_EQ(hypervolume_contributions(std::vector<Losses>{{1, 1}, {1, 1}, {INFINITY, INFINITY}}),
            (std::vector<double>{0, 0, 0}));
  EXPECT_TRUE(hypervolume_contributions({}).empty());
  EXPECT_GT(hypervolume_contributions(std::vector<Losses>{{1, 1}, {INFINITY, INFINITY}})[0], 0);
}

}  // namespace
}  // namespace foldmill::sampler
