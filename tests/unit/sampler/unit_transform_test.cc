#include "sampler/unit_transform.h"

#include <gtest/gtest.h>

#include <cmath>

namespace foldmill::sampler {
namespace {

UnitTransform transform_of(const Result<Distribution>& distribution) {
  return *UnitTransform::of(distribution.value());
}

TEST(UnitTransform, ChoicesHaveNone) {
  const auto choice = Distribution::make_categorical({std::string("a"), std::string("b")});
  EXPECT_FALSE(UnitTransform::of(choice.value()).has_value());
}

TEST(UnitTransform, PlainFloatKeepsItsRange) {
  const UnitTransform plain = transform_of(Distribution::make_float(-2, 3));
  EXPECT_EQ(plain.low(), -2);
  EXPECT_EQ(plain.high(), 3);
  EXPECT_FALSE(plain.stepped());
  EXPECT_EQ(plain.from_unit(0.5), 0.5);
}

TEST(UnitTransform, LogFloatIsUniformInTheExponent) {
  const UnitTransform log = transform_of(Distribution::make_float(1e-4, 1e-2, true));
  EXPECT_DOUBLE_EQ(log.low(), std::log(1e-4));
  EXPECT_NEAR(log.from_unit(0.5), 1e-3, 1e-15);
  EXPECT_EQ(log.from_scale(log.high() + 1), 1e-2);
}

TEST(UnitTransform, GridIsWidenedByHalfAStep) {
  const UnitTransform grid = transform_of(Distribution::make_int(8, 16, false, 4));
  EXPECT_EQ(grid.low(), 6);
  EXPECT_EQ(grid.high(), 18);
  EXPECT_TRUE(grid.stepped());
  EXPECT_EQ(grid.from_scale(9.9), 8);
  EXPECT_EQ(grid.from_scale(10.1), 12);
  EXPECT_EQ(grid.from_scale(18), 16);
  EXPECT_EQ(grid.cell_low(12), 10);
  EXPECT_EQ(grid.cell_high(12), 14);
}

TEST(UnitTransform, LogIntegerCellsFillTheRange) {
  const UnitTransform log = transform_of(Distribution::make_int(1, 5, true));
  EXPECT_DOUBLE_EQ(log.low(), std::log(0.5));
  EXPECT_DOUBLE_EQ(log.high(), std::log(5.5));
  for (int value = 1; value < 5; ++value) EXPECT_EQ(log.cell_high(value), log.cell_low(value + 1));
  EXPECT_EQ(log.from_scale(std::log(2.6)), 3);
}

TEST(UnitTransform, EveryMemberIsItsOwnNearest) {
  const UnitTransform grid = transform_of(Distribution::make_float(0.1, 0.9, false, 0.2));
  for (double value : {0.1, 0.3, 0.5, 0.7, 0.9})
    EXPECT_NEAR(grid.from_scale(grid.to_scale(value)), value, 1e-15);
}

}  // namespace
}  // namespace foldmill::sampler
