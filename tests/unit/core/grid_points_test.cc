#include "core/grid_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/unit/core/random_space.h"

namespace foldmill {
namespace {

std::string text_of(const SearchSpace& space, const ParameterSet& point) {
  std::string text;
  for (const SearchParameter& parameter : space.parameters()) {
    const ParameterValue* value = point.find(parameter.name);
    text += (value ? to_string(*value) : "-") + " ";
  }
  return text;
}

TEST(GridAxis, SpreadsAFloatRangeFromEndToEnd) {
  const Distribution plain = *Distribution::make_float(-1, 3);
  const GridAxis axis(plain, 5);
  EXPECT_EQ(axis.size(), 5);
  for (int64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(axis.value(i), ParameterValue(-1.0 + static_cast<double>(i)));
    EXPECT_EQ(axis.position(axis.value(i)), i);
  }
  EXPECT_FALSE(axis.position(0.5));
  EXPECT_FALSE(axis.position(9.0));
  EXPECT_FALSE(axis.position(std::string("x")));
  EXPECT_FALSE(GridAxis(plain).size());
}

TEST(GridAxis, KnowsThePlaceOfEveryValue) {
  Random random(3, RandomPurpose::kTest);
  for (int round = 0; round < 500; ++round) {
    const Distribution distribution = testing::random_distribution(random);
    const GridAxis axis(distribution, 4);
    ASSERT_TRUE(axis.size());
    for (int64_t i = 0; i < std::min<int64_t>(*axis.size(), 20); ++i) {
      ASSERT_TRUE(distribution.contains(axis.value(i))) << distribution.describe();
      ASSERT_EQ(axis.position(axis.value(i)), i) << distribution.describe();
    }
  }
}

TEST(GridPoints, HasEveryPointOfAnySpaceOnce) {
  Random random(4, RandomPurpose::kTest);
  int compared = 0;
  for (int round = 0; round < 400; ++round) {
    const SearchSpace space = testing::random_space(random, 5);
    const GridPoints grid(space, 3);
    const std::optional<int64_t> size = grid.size();
    if (!size || *size > 500) continue;
    std::set<std::string> seen;
    for (int64_t i = 0; i < *size; ++i) {
      const ParameterSet point = grid.at(i);
      ASSERT_EQ(space.validate(point), ok_status());
      ASSERT_TRUE(grid.contains(point));
      seen.insert(text_of(space, point));
    }
    ASSERT_EQ(seen.size(), static_cast<size_t>(*size));
    ++compared;
  }
  EXPECT_GT(compared, 50);
}

TEST(GridPoints, TheEmptySpaceHasOnePoint) {
  const SearchSpace space;
  EXPECT_EQ(GridPoints(space).size(), 1);
  EXPECT_TRUE(GridPoints(space).at(0).empty());
}

}  // namespace
}  // namespace foldmill
