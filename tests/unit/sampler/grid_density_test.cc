// The cells of PED-ANOVA at ranges whose ends no scale can tell apart.

#include "sampler/importance/grid_density.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace foldmill::sampler::importance {
namespace {

void expect_every_value_has_a_cell(const Distribution& distribution, double low, double high) {
  const DensityGrid grid(distribution);
  EXPECT_LT(grid.cell(low), grid.size()) << distribution.describe();
  EXPECT_LT(grid.cell(high), grid.size()) << distribution.describe();
}

TEST(DensityGridTest, EndsWithTheSameLogarithmShareACell) {
  const double low = 1e300;
  const double high = std::nextafter(low, 2 * low);
  ASSERT_EQ(std::log(low), std::log(high));
  expect_every_value_has_a_cell(Distribution::make_float(low, high, /*log=*/true).value(), low,
                                high);
}

TEST(DensityGridTest, SoDoEndsThatAreTheSmallestNumberApart) {
  const double high = std::numeric_limits<double>::denorm_min();
  expect_every_value_has_a_cell(Distribution::make_float(0, high).value(), 0, high);
}

TEST(DensityGridTest, LargeIntegersNextToEachOtherShareACell) {
  const int64_t low = (int64_t{1} << 50) + 8;
  ASSERT_EQ(std::log(static_cast<double>(low)), std::log(static_cast<double>(low + 1)));
  expect_every_value_has_a_cell(Distribution::make_int(low, low + 1, /*log=*/true).value(),
                                static_cast<double>(low), static_cast<double>(low + 1));
}

TEST(DensityGridTest, TheWidestRangeHasFiftyCells) {
  const double high = std::numeric_limits<double>::max() / 2;
  const DensityGrid grid(Distribution::make_float(-high, high).value());
  EXPECT_EQ(grid.size(), 50u);
  EXPECT_EQ(grid.cell(-high), 0u);
  EXPECT_EQ(grid.cell(high), 49u);
}

}  // namespace
}  // namespace foldmill::sampler::importance
