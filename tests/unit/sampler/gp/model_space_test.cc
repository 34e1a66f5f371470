#include "sampler/gp/model_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/random.h"
#include "tests/support/sampler_studies.h"
#include "tests/unit/core/random_space.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::VectorXd;

ParameterValue word(const char* text) { return std::string(text); }

SearchSpace tree() {
  return SearchSpace::create(
             {{"opt", Distribution::make_categorical({word("adam"), word("sgd")}).value(), {}},
              {"momentum", Distribution::make_float(0, 1).value(), {{"opt", {word("sgd")}}}},
              {"width", Distribution::make_int(8, 24, false, 8).value(), {}},
              {"single", Distribution::make_int(3, 3).value(), {}}})
      .value();
}

TEST(ModelSpace, HasACoordinateForEachChoice) {
  const SearchSpace space = tree();
  const ModelSpace model(space, {});
  ASSERT_EQ(model.dimensions(), 3);
  EXPECT_EQ(model.values_of(0), 2);
  EXPECT_EQ(model.values_of(1), 0);
  EXPECT_EQ(model.values_of(2), 3);
  EXPECT_TRUE(model.categorical(0));
  const VectorXd point = *model.locate({1, 0.25, 16, 3});
  EXPECT_EQ(point, (VectorXd(3) << 1, 0.25, 0.5).finished());
}

TEST(ModelSpace, TheMiddleOfAGridMayBeMoved) {
  const SearchSpace space = tree();
  const ModelSpace model(space, {});
  EXPECT_EQ(model.free_dimensions(*model.locate({1, 0.25, 16, 3})),
            (std::vector<Eigen::Index>{0, 1, 2}));
}

TEST(ModelSpace, WhatIsNotActiveRests) {
  const SearchSpace space = tree();
  const ModelSpace model(space, {});
  const VectorXd point = *model.locate({0, std::nan(""), 8, 3});
  EXPECT_NEAR(point[1], 0.5, 1e-8);
  EXPECT_EQ(model.free_dimensions(point), (std::vector<Eigen::Index>{0, 2}));
  EXPECT_TRUE(std::isnan(model.internal(point)[1]));
  // Settling follows the conditions both ways.
  VectorXd moved = *model.locate({1, 0.9, 8, 3});
  moved[0] = 0;
  EXPECT_EQ(model.settle(moved), point);
  moved = point;
  moved[0] = 1;
  EXPECT_EQ(model.free_dimensions(model.settle(moved)), (std::vector<Eigen::Index>{0, 1, 2}));
}

TEST(ModelSpace, FixedValuesAreInEveryPoint) {
  const SearchSpace space = tree();
  const ModelSpace model(space, {{"width", int64_t{24}}});
  const VectorXd point = model.settle(VectorXd::Constant(3, 0.1));
  EXPECT_EQ(model.internal(point)[2], 24);
  EXPECT_EQ(model.free_dimensions(point), (std::vector<Eigen::Index>{0}));
}

TEST(ModelSpace, TrialsOutsideTodaysRangesHaveNoPlace) {
  const SearchSpace space = tree();
  const ModelSpace model(space, {});
  const double nan = std::nan("");
  EXPECT_TRUE(model.locate({0, nan, 24, 3}));
  EXPECT_FALSE(model.locate({2, nan, 24, 3}));
  EXPECT_FALSE(model.locate({0, nan, 64, 3}));
  EXPECT_FALSE(model.locate({1, INFINITY, 24, 3}));
  EXPECT_TRUE(model.locate({0}));  // a trial that knows nothing of the others
}

TEST(ModelSpace, ValuesAndCoordinatesAgreeOnRandomSpaces) {
  Random random(1);
  for (int round = 0; round < 200; ++round) {
    const SearchSpace space = testing::random_space(random, 6);
    const ModelSpace model(space, {});
    const std::vector<double> internal =
        internal_values(space, testing::random_point(space, random));
    const std::optional<VectorXd> point = model.locate(internal);
    ASSERT_TRUE(point) << "round " << round;
    EXPECT_TRUE(model.settle(*point).isApprox(*point, 1e-9)) << "round " << round;
    for (Eigen::Index d = 0; d < model.dimensions(); ++d)
      for (int64_t k = 0; k < std::min<int64_t>(model.values_of(d), 20); ++k)
        EXPECT_EQ(model.nearest_value(d, model.coordinate_of(d, k)), k) << "round " << round;
  }
}

}  // namespace
}  // namespace foldmill::sampler::gp
