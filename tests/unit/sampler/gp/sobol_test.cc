#include "sampler/sobol.h"

#include <gtest/gtest.h>

#include <set>

namespace foldmill::sampler {
namespace {

TEST(ScrambledSobol, EachIntervalOfAPowerOfTwoHoldsOnePoint) {
  constexpr size_t kDimensions = 7;
  ScrambledSobol sobol(kDimensions, Random(3));
  std::vector<double> point(kDimensions);
  std::vector<std::set<int>> seen(kDimensions);
  for (int i = 0; i < 256; ++i) {
    sobol.next(point);
    for (size_t d = 0; d < kDimensions; ++d) {
      EXPECT_GT(point[d], 0);
      EXPECT_LT(point[d], 1);
      seen[d].insert(static_cast<int>(point[d] * 256));
    }
  }
  for (const std::set<int>& intervals : seen) EXPECT_EQ(intervals.size(), 256U);
}

TEST(ScrambledSobol, PairsOfDimensionsAreEven) {
  ScrambledSobol sobol(2, Random(5));
  std::vector<double> point(2);
  std::set<int> cells;
  for (int i = 0; i < 256; ++i) {
    sobol.next(point);
    cells.insert(static_cast<int>(point[0] * 16) * 16 + static_cast<int>(point[1] * 16));
  }
  EXPECT_EQ(cells.size(), 256U);
}

TEST(ScrambledSobol, SeedsDifferAndRepeat) {
  const auto first = [](uint64_t seed) {
    std::vector<double> point(3);
    ScrambledSobol(3, Random(seed)).next(point);
    return point;
  };
  EXPECT_EQ(first(1), first(1));
  EXPECT_NE(first(1), first(2));
}

TEST(ScrambledSobol, GoesOnBeyondItsTables) {
  ScrambledSobol sobol(5000, Random(1));
  std::vector<double> point(5000);
  sobol.next(point);
  sobol.next(point);
  EXPECT_GT(point.back(), 0);
  EXPECT_LT(point.back(), 1);
  ScrambledSobol(0, Random(1)).next({});
}

}  // namespace
}  // namespace foldmill::sampler
