#include "core/search_space.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/core/random_space.h"

namespace foldmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Text = std::string;

Distribution ints(int64_t low, int64_t high) { return *Distribution::make_int(low, high); }

Distribution optimizers() {
  return *Distribution::make_categorical({Text("adam"), Text("sgd"), Text("rmsprop")});
}

Condition when(std::string parent, std::vector<ParameterValue> values) {
  return {std::move(parent), std::move(values)};
}

// momentum stands before its parent; nesterov hangs on momentum's branch.
SearchSpace sgd_space() {
  return *SearchSpace::create({{"momentum",
                                *Distribution::make_float(0, 0.9, false, 0.3),
                                {when("optimizer", {Text("sgd"), Text("rmsprop")})}},
                               {"optimizer", optimizers(), {}},
                               {"nesterov",
                                *Distribution::make_categorical({true, false}),
                                {when("optimizer", {Text("sgd")}), when("momentum", {0.3, 0.6})}}});
}

std::string refusal(std::vector<SearchParameter> parameters, const ParameterSet& constants = {}) {
  const auto made = SearchSpace::create(std::move(parameters), constants);
  EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
  return made.status().message();
}

TEST(SearchSpace, EmptyHasOnePoint) {
  const SearchSpace space;
  EXPECT_TRUE(space.empty());
  EXPECT_TRUE(space.validate({}).ok());
  EXPECT_EQ(space.grid_size(), 1);
  EXPECT_FALSE(space.has_conditions());
}

TEST(SearchSpace, RefusesANameTwice) {
  EXPECT_THAT(refusal({{"a", ints(0, 1), {}}, {"a", ints(0, 1), {}}}),
              HasSubstr("'a' is there twice"));
  EXPECT_THAT(refusal({{"a", ints(0, 1), {}}}, {{"a", int64_t{1}}}),
              HasSubstr("'a' is both a constant and a range"));
}

TEST(SearchSpace, RefusesUnknownParentsWithASuggestion) {
  const std::string message =
      refusal({{"optimizer", optimizers(), {}},
               {"momentum", ints(0, 1), {when("optimiser", {Text("sgd")})}}});
  EXPECT_THAT(message, HasSubstr("'optimiser', which is not a parameter"));
  EXPECT_THAT(message, HasSubstr("did you mean 'optimizer'?"));
  EXPECT_THAT(refusal({{"momentum", ints(0, 1), {when("optimiser", {Text("sgd")})}}},
                      {{"optimizer", Text("sgd")}}),
              HasSubstr("did you mean 'optimizer'?"));
}

TEST(SearchSpace, NamesCyclesInFull) {
  EXPECT_THAT(refusal({{"a", ints(0, 1), {when("a", {int64_t{1}})}}}), HasSubstr(": a -> a;"));
  EXPECT_THAT(refusal({{"x", ints(0, 1), {when("a", {int64_t{1}})}},
                       {"a", ints(0, 1), {when("b", {int64_t{1}})}},
                       {"b", ints(0, 1), {when("c", {int64_t{1}})}},
                       {"c", ints(0, 1), {when("a", {int64_t{0}})}}}),
              HasSubstr(": a -> b -> c -> a;"));
}

TEST(SearchSpace, RefusesImpossibleAndMissingValues) {
  EXPECT_THAT(refusal({{"a", ints(0, 3), {}}, {"b", ints(0, 1), {when("a", {int64_t{4}})}}}),
              HasSubstr("a = 4, but a is int [0, 3]"));
  EXPECT_THAT(refusal({{"a", ints(0, 3), {}}, {"b", ints(0, 1), {when("a", {})}}}),
              HasSubstr("without a value"));
}

TEST(SearchSpace, ConditionsMayNameConstants) {
  const SearchParameter momentum{"momentum", ints(0, 1), {when("optimizer", {Text("sgd")})}};
  const auto space = SearchSpace::create({momentum}, {{"optimizer", Text("sgd")}, {"lr", 0.1}});
  ASSERT_TRUE(space.ok()) << space.status().message();
  EXPECT_TRUE(space->is_active(0, {}));
  EXPECT_EQ(space->grid_size(), 2);
  EXPECT_THAT(refusal({momentum}, {{"optimizer", Text("adam")}}),
              HasSubstr("'momentum' would never be used"));
}

TEST(SearchSpace, EqualityLooksOnlyAtConstantsThatMatter) {
  const SearchParameter momentum{"momentum", ints(0, 1), {when("mode", {Text("a"), Text("b")})}};
  const auto make = [&](Text mode, double lr) {
    return *SearchSpace::create({momentum}, {{"mode", mode}, {"lr", lr}});
  };
  EXPECT_EQ(make("a", 1), make("a", 2));
  EXPECT_NE(make("a", 1), make("b", 1));
}

TEST(SearchSpace, SamplesParentsFirstAndElseInOrder) {
  EXPECT_THAT(sgd_space().sampling_order(), ElementsAre(1, 0, 2));
  const auto plain = SearchSpace::create({{"a", ints(0, 1), {}}, {"b", ints(0, 1), {}}});
  EXPECT_THAT(plain->sampling_order(), ElementsAre(0, 1));
  EXPECT_TRUE(sgd_space().has_conditions());
}

TEST(SearchSpace, AChildOfAnInactiveParentIsInactive) {
  const SearchSpace space = sgd_space();
  EXPECT_FALSE(space.is_active(0, {}));
  EXPECT_TRUE(space.is_active(0, {{"optimizer", Text("rmsprop")}}));
  EXPECT_TRUE(space.is_active(2, {{"optimizer", Text("sgd")}, {"momentum", 0.3}}));
  EXPECT_FALSE(space.is_active(2, {{"optimizer", Text("sgd")}, {"momentum", 0.9}}));
  EXPECT_FALSE(space.is_active(2, {{"optimizer", Text("rmsprop")}, {"momentum", 0.3}}));
  const auto chain = SearchSpace::create({{"a", ints(0, 1), {}},
                                          {"b", ints(0, 1), {when("a", {int64_t{1}})}},
                                          {"c", ints(0, 1), {when("b", {int64_t{1}})}}});
  EXPECT_FALSE(chain->is_active(2, {{"a", int64_t{0}}, {"b", int64_t{1}}}));
}

TEST(SearchSpace, ValidateSaysWhichAndWhy) {
  const SearchSpace space = sgd_space();
  const auto message = [&](const ParameterSet& set) { return space.validate(set).message(); };
  EXPECT_TRUE(space.validate({{"optimizer", Text("adam")}}).ok());
  EXPECT_THAT(message({}), HasSubstr("'optimizer' is missing"));
  EXPECT_THAT(message({{"optimizer", Text("sgd")}}), HasSubstr("'momentum' is missing"));
  EXPECT_THAT(message({{"optimizer", Text("adagrad")}}), HasSubstr("adagrad is not in choice"));
  EXPECT_THAT(message({{"optimizer", Text("adam")}, {"momentun", 0.3}}),
              HasSubstr("did you mean 'momentum'?"));
  EXPECT_THAT(message({{"optimizer", Text("adam")}, {"momentum", 0.3}}),
              HasSubstr("takes part only when optimizer is sgd, rmsprop, but it is adam"));
  EXPECT_THAT(message({{"momentum", 0.3}}), HasSubstr("'momentum' does not take part"));
  EXPECT_THAT(message({{"optimizer", Text("rmsprop")}, {"momentum", 0.4}}),
              HasSubstr("0.4 is not in float [0, 0.9] step 0.3"));
}

TEST(SearchSpace, PartialPointsMayLeaveParentsOpen) {
  const SearchSpace space = sgd_space();
  EXPECT_TRUE(space.validate_partial({}).ok());
  EXPECT_TRUE(space.validate_partial({{"momentum", 0.3}}).ok());
  EXPECT_FALSE(space.validate_partial({{"momentum", 0.3}, {"optimizer", Text("adam")}}).ok());
  EXPECT_FALSE(space.validate_partial({{"momentum", 7.0}}).ok());
  EXPECT_FALSE(space.validate_partial({{"lr", 0.1}}).ok());
}

TEST(SearchSpace, GridSizeCountsBranches) {
  // adam: 1; rmsprop: 4 momenta; sgd: 2 of the 4 momenta have nesterov on or off.
  EXPECT_EQ(sgd_space().grid_size(), 1 + 4 + (2 * 2 + 2));
}

TEST(SearchSpace, GridSizeIsNothingWhenInfiniteOrHuge) {
  EXPECT_EQ(SearchSpace::create({{"lr", *Distribution::make_float(0, 1), {}}})->grid_size(),
            std::nullopt);
  const int64_t large = int64_t{1} << 31;
  const auto make = [&](int64_t high) {
    return SearchSpace::create({{"a", ints(1, large), {}}, {"b", ints(1, high), {}}})->grid_size();
  };
  EXPECT_EQ(make(large), int64_t{1} << 62);
  EXPECT_EQ(make(large + 1), std::nullopt);
}

TEST(SearchSpaceProperty, DrawnPointsAreValidAndNothingElseIs) {
  Random random(4, RandomPurpose::kTest);
  for (int round = 0; round < 500; ++round) {
    const SearchSpace space = testing::random_space(random, 8);
    const ParameterSet point = testing::random_point(space, random);
    ASSERT_TRUE(space.validate(point).ok()) << space.validate(point).message();
    ASSERT_TRUE(space.validate_partial(point).ok());
    ParameterSet more = point;
    more.set("unknown", int64_t{1});
    ASSERT_FALSE(space.validate(more).ok());
    for (const auto& [left_out, ignored] : point) {
      ParameterSet fewer;
      for (const auto& [name, value] : point)
        if (name != left_out) fewer.set(name, value);
      ASSERT_FALSE(space.validate(fewer).ok()) << left_out;
    }
  }
}

TEST(SearchSpaceProperty, ParentsComeFirst) {
  Random random(5, RandomPurpose::kTest);
  for (int round = 0; round < 500; ++round) {
    const SearchSpace space = testing::random_space(random, 12);
    ASSERT_EQ(space.sampling_order().size(), space.size());
    std::set<std::string> seen;
    for (size_t index : space.sampling_order()) {
      for (const Condition& condition : space.parameters()[index].when)
        ASSERT_TRUE(seen.contains(condition.parent));
      ASSERT_TRUE(seen.insert(space.parameters()[index].name).second);
    }
  }
}

// All points by brute force along the sampling order.
int64_t enumerate(const SearchSpace& space, size_t place, const ParameterSet& partial) {
  if (place == space.size()) return 1;
  const size_t index = space.sampling_order()[place];
  if (!space.is_active(index, partial)) return enumerate(space, place + 1, partial);
  const SearchParameter& parameter = space.parameters()[index];
  int64_t points = 0;
  for (int64_t k = 0; k < *parameter.distribution.cardinality(); ++k) {
    ParameterSet extended = partial;
    extended.set(parameter.name, testing::grid_point(parameter.distribution, k));
    points += enumerate(space, place + 1, extended);
  }
  return points;
}

TEST(SearchSpaceProperty, GridSizeAgreesWithEnumeration) {
  Random random(6, RandomPurpose::kTest);
  int compared = 0;
  for (int round = 0; round < 3000; ++round) {
    const SearchSpace space = testing::random_space(random, 5);
    const std::optional<int64_t> size = space.grid_size();
    if (!size || *size > 2000) continue;
    const bool all_finite = std::all_of(
        space.parameters().begin(), space.parameters().end(),
        [](const SearchParameter& p) { return p.distribution.cardinality().has_value(); });
    if (!all_finite) continue;
    ASSERT_EQ(enumerate(space, 0, {}), *size);
    ++compared;
  }
  EXPECT_GT(compared, 100);
}

}  // namespace
}  // namespace foldmill
