#include "sampler/point_builder.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace foldmill::sampler {
namespace {

// The child stands before its parent, so that the order of sampling differs from that of the file.
SearchSpace child_first() {
  return SearchSpace::create(
             {{"momentum", Distribution::make_float(0, 1).value(), {{"opt", {std::string("sgd")}}}},
              {"opt",
               Distribution::make_categorical({std::string("adam"), std::string("sgd")}).value(),
               {}},
              {"width", Distribution::make_int(8, 16, false, 4).value(), {}}})
      .value();
}

TEST(BuildPoint, AsksParentsFirstAndAnswersInTheOrderOfTheSpace) {
  std::vector<size_t> asked;
  const ParameterSet point = build_point(child_first(), {}, [&](size_t index) {
    asked.push_back(index);
    return index == 1 ? 1.0 : 0.5;
  });
  ASSERT_EQ(asked.size(), 3u);
  EXPECT_LT(std::find(asked.begin(), asked.end(), 1u), std::find(asked.begin(), asked.end(), 0u));
  EXPECT_EQ(point.begin()->first, "momentum");
  EXPECT_EQ(point.get_string("opt"), "sgd");
}

TEST(BuildPoint, LeavesOutWhatIsNotActive) {
  const ParameterSet point = build_point(child_first(), {}, [](size_t) { return 0.0; });
  EXPECT_EQ(point.size(), 2u);
  EXPECT_FALSE(point.contains("momentum"));
}

TEST(BuildPoint, KeepsFixedValuesWithoutAsking) {
  const ParameterSet fixed{{"opt", std::string("sgd")}, {"width", int64_t{12}}};
  const ParameterSet point = build_point(child_first(), fixed, [](size_t index) {
    EXPECT_EQ(index, 0u);
    return 0.25;
  });
  EXPECT_EQ(point.get_string("opt"), "sgd");
  EXPECT_EQ(point.get_int("width"), 12);
  EXPECT_EQ(point.get_double("momentum"), 0.25);
}

TEST(BuildPoint, IgnoresFixedValuesThatAreNotActive) {
  const ParameterSet fixed{{"opt", std::string("adam")}, {"momentum", 0.5}, {"unknown", 1.0}};
  const ParameterSet point = build_point(child_first(), fixed, [](size_t) { return 8.0; });
  EXPECT_EQ(point.size(), 2u);
}

TEST(BuildPoint, EmptySpaceIsTheEmptyPoint) {
  EXPECT_TRUE(build_point(SearchSpace(), {}, [](size_t) { return 0.0; }).empty());
}

}  // namespace
}  // namespace foldmill::sampler
