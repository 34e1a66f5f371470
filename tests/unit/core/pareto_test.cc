#include "core/pareto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/random.h"

namespace foldmill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Straight from the definition: peel off what nothing left dominates.
std::vector<size_t> ranks_by_peeling(const std::vector<Losses>& points) {
  std::vector<size_t> ranks(points.size(), points.size());
  for (size_t rank = 0, left = points.size(); left > 0; ++rank) {
    std::vector<size_t> front;
    for (size_t i = 0; i < points.size(); ++i) {
      bool is_dominated = false;
      for (size_t j = 0; j < points.size(); ++j)
        is_dominated |= ranks[j] >= rank && dominates(points[j], points[i]);
      if (ranks[i] == points.size() && !is_dominated) front.push_back(i);
    }
    for (const size_t index : front) ranks[index] = rank;
    left -= front.size();
  }
  return ranks;
}

// Few different values, so that ties and equal points are common.
std::vector<Losses> random_points(size_t count, size_t objectives, Random& random) {
  std::vector<Losses> points(count, Losses(objectives));
  for (Losses& point : points)
    for (double& loss : point) loss = static_cast<double>(random.below(6));
  return points;
}

TEST(Dominates, IsNoWorseAndSomewhereBetter) {
  EXPECT_TRUE(dominates(Losses{1, 2}, Losses{1, 3}));
  EXPECT_FALSE(dominates(Losses{1, 2}, Losses{1, 2}));
  EXPECT_FALSE(dominates(Losses{1, 3}, Losses{2, 2}));
  EXPECT_TRUE(dominates(Losses{1}, Losses{kInfinity}));
}

TEST(DominationRanks, GoFrontByFront) {
  const std::vector<Losses> points{{1, 4}, {2, 2}, {4, 1}, {2, 4}, {3, 3}, {4, 4}, {2, 2}};
  EXPECT_THAT(domination_ranks(points), ElementsAre(0, 0, 0, 1, 1, 2, 0));
  EXPECT_THAT(domination_ranks(std::vector<Losses>{}), IsEmpty());
}

TEST(DominationRanks, AreWhatPeelingGives) {
  Random random(1);
  for (size_t objectives = 1; objectives <= 4; ++objectives)
    for (size_t count = 1; count < 40; ++count) {
      const std::vector<Losses> points = random_points(count, objectives, random);
      EXPECT_EQ(domination_ranks(points), ranks_by_peeling(points)) << objectives << " " << count;
    }
}

TEST(ParetoFront, IsTheFirstRank) {
  Random random(2);
  for (size_t objectives = 1; objectives <= 4; ++objectives) {
    const std::vector<Losses> points = random_points(60, objectives, random);
    const std::vector<size_t> ranks = domination_ranks(points);
    std::vector<size_t> first;
    for (size_t i = 0; i < points.size(); ++i)
      if (ranks[i] == 0) first.push_back(i);
    EXPECT_EQ(pareto_front(points), first);
  }
}

}  // namespace
}  // namespace foldmill
