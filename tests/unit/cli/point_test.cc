// Points on the command line: `trial enqueue STUDY lr=0.01`, `ask STUDY --set lr=0.01`.
#include "cli/study_file/point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foldmill::cli {
namespace {

using ::testing::HasSubstr;

StudySpec spec() {
  StudySpec spec;
  spec.model.type = "external";
  spec.constants = {{"epochs", int64_t{3}}};
  spec.space = *SearchSpace::create(
      {{"lr", *Distribution::make_float(0.001, 1), {}},
       {"n", *Distribution::make_int(1, 9), {}},
       {"optimizer",
        *Distribution::make_categorical({std::string("adam"), std::string("sgd")}),
        {}}});
  return spec;
}

std::string failure(const std::vector<std::string>& words) {
  const Result<ParameterSet> point = read_point(words, spec(), "enqueue");
  EXPECT_EQ(point.status().code(), StatusCode::kInvalidArgument);
  return point.status().message();
}

TEST(Point, ValuesHaveTheTypesOfTheirParameters) {
  const Result<ParameterSet> point = read_point({"lr=1e-2", "n=4", "optimizer=sgd"}, spec(), "");
  ASSERT_TRUE(point.ok()) << point.status().message();
  EXPECT_EQ(*point,
            (ParameterSet{{"lr", 0.01}, {"n", int64_t{4}}, {"optimizer", std::string("sgd")}}));
}

TEST(Point, MistakesAreShownWhereTheyAre) {
  EXPECT_THAT(failure({"lr=7"}), HasSubstr("error: enqueue:1:4: outside the range of 'lr'"));
  EXPECT_THAT(failure({"lt=0.1"}), HasSubstr("did you mean 'lr'?"));
  EXPECT_THAT(failure({"epochs=3"}), HasSubstr("'epochs' is not a searched parameter"));
  EXPECT_THAT(failure({"lr"}), HasSubstr("an override is key.path=value"));
  EXPECT_THAT(failure({"lr=[1"}), HasSubstr("error: enqueue:1:"));
}

}  // namespace
}  // namespace foldmill::cli
