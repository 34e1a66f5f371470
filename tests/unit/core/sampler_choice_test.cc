#include "core/sampler_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foldmill {
namespace {

using ::testing::HasSubstr;

SearchSpace floats(int count) {
  std::vector<SearchParameter> parameters;
  for (int i = 0; i < count; ++i)
    parameters.push_back({"x" + std::to_string(i), *Distribution::make_float(0, 1), {}});
  return *SearchSpace::create(std::move(parameters));
}

void expect_choice(const SearchSpace& space, std::optional<int64_t> parallel,
                   const std::string& type, const std::string& because) {
  const SamplerChoice choice = choose_sampler(space, {.parallel = parallel});
  EXPECT_EQ(choice.type, type);
  EXPECT_THAT(choice.reason, HasSubstr(because));
}

TEST(ChooseSampler, ASmallSpaceOfNumbersIsModelledByAGaussianProcess) {
  expect_choice(floats(6), std::nullopt, "gp", "6 parameters");
  expect_choice(floats(1), 4, "gp", "1 parameter,");
}

TEST(ChooseSampler, AnythingElseIsTpes) {
  expect_choice(floats(21), std::nullopt, "tpe", "21 parameters, more than 20");
  expect_choice(floats(6), 64, "tpe", "64 folds at a time");
  const Distribution choice = *Distribution::make_categorical({true, false});
  expect_choice(*SearchSpace::create({{"a", choice, {}}, {"b", choice, {}}}), {}, "tpe",
                "2 of 2 parameters");
}

TEST(ChooseSampler, ParametersThatDependOnOthersAreModelledToo) {
  const Distribution choice = *Distribution::make_categorical({true, false});
  expect_choice(*SearchSpace::create(
                    {{"a", choice, {}}, {"x", *Distribution::make_float(0, 1), {{"a", {true}}}}}),
                {}, "gp", "2 parameters");
}

}  // namespace
}  // namespace foldmill
