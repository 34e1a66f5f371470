// What holds for importances by either method, and what they say of studies they cannot judge.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "sampler/importance/intervals.h"
#include "tests/unit/sampler/importance_fixture.h"

namespace foldmill::sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kHuge = std::numeric_limits<double>::max();

class Importance : public testing::TestWithParam<ImportanceMethod> {
 protected:
  Importance() {
    options_.method = GetParam();
    options_.trees = 8;
  }

  Result<ImportanceReport> ask(const SearchSpace& space,
                               const std::vector<ScoredPoint>& points) const {
    return parameter_importances(space, points, Direction::kMinimize, options_);
  }

  // Refused, with these words.
  void expect_refused(const SearchSpace& space, const std::vector<ScoredPoint>& points,
                      const char* words) const {
    const auto report = ask(space, points);
    EXPECT_EQ(report.status().code(), StatusCode::kFailedPrecondition);
    EXPECT_NE(report.status().message().find(words), std::string::npos)
        << report.status().message();
  }

  static double value_of_a(const ParameterSet& point) { return point.get_double("a").value(); }

  ImportanceOptions options_;
};

TEST_P(Importance, SumsToOneMostImportantFirst) {
  const SearchSpace space = space_of({real("b"), real("a"), choice("c", 3)});
  const auto points = uniform_points(space, 100, value_of_a);
  const ImportanceReport report = ask(space, points).value();
  double sum = 0;
  for (const ParameterImportance& row : report.parameters) {
    sum += row.importance;
    EXPECT_GE(row.share, 0);
    EXPECT_LE(row.share, 1);
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_EQ(report.parameters.front().name, "a");
  EXPECT_GE(report.parameters[1].importance, report.parameters[2].importance);
}

TEST_P(Importance, OneParameterIsAllThereIs) {
  const SearchSpace space = space_of({real("a")});
  const ImportanceReport report = ask(space, uniform_points(space, 20, value_of_a)).value();
  EXPECT_EQ(of(report, "a").importance, 1);
}

TEST_P(Importance, AConstantParameterMattersNothing) {
  const SearchSpace space = space_of({real("a"), real("fixed", 2, 2), choice("only", 1)});
  const ImportanceReport report = ask(space, uniform_points(space, 40, value_of_a)).value();
  EXPECT_EQ(of(report, "fixed").share, 0);
  EXPECT_EQ(of(report, "only").share, 0);
  EXPECT_EQ(of(report, "a").importance, 1);
}

TEST_P(Importance, ConstantParametersAloneExplainNothing) {
  const SearchSpace space = space_of({real("fixed", 2, 2), choice("only", 1)});
  int turn = 0;
  const auto points = uniform_points(space, 10, [&](const ParameterSet&) { return ++turn % 5; });
  const ImportanceReport report = ask(space, points).value();
  for (const ParameterImportance& row : report.parameters) EXPECT_EQ(row.importance, 0);
}

TEST_P(Importance, FourTrialsGiveAnAnswer) {
  const SearchSpace space = space_of({real("a"), choice("b", 2)});
  const ImportanceReport report = ask(space, uniform_points(space, 4, value_of_a)).value();
  EXPECT_EQ(report.trials, 4);
  EXPECT_EQ(report.parameters.size(), 2u);
}

TEST_P(Importance, TooFewTrialsAreRefusedWithTheirNumber) {
  const SearchSpace space = space_of({real("a")});
  expect_refused(space, {}, "there are 0;");
  expect_refused(space, uniform_points(space, 1, value_of_a), "there is 1;");
  auto points = uniform_points(space, 6, value_of_a);
  for (size_t i = 0; i < 3; ++i) points[i].value = std::nan("");
  expect_refused(space, points, "there are 3 (3 more cannot be used)");
}

TEST_P(Importance, EqualValuesAreRefused) {
  const SearchSpace space = space_of({real("a")});
  expect_refused(space, uniform_points(space, 30, [](const ParameterSet&) { return 7.0; }),
                 "all 30 trials have the same value");
}

TEST_P(Importance, AnEmptySpaceIsRefused) {
  expect_refused(SearchSpace(), {{{}, 1}, {{}, 2}, {{}, 3}, {{}, 4}}, "searches no parameter");
}

TEST_P(Importance, TrialsThatAreNoPointsOfTheSpaceAreLeftOut) {
  const SearchSpace space = space_of({real("a"), choice("b", 3)});
  auto points = uniform_points(space, 50, value_of_a);
  const ImportanceReport clean = ask(space, points).value();
  points.push_back({{{"a", 2.0}, {"b", int64_t{0}}}, 0});              // outside
  points.push_back({{{"a", 0.5}, {"b", int64_t{9}}}, 0});              // no such choice
  points.push_back({{{"a", 0.5}}, 0});                                 // lacks one
  points.push_back({{{"a", 0.5}, {"b", int64_t{0}}, {"c", 1.0}}, 0});  // has one more
  points.push_back({{{"a", std::nan("")}, {"b", int64_t{0}}}, 0});
  points.push_back({{{"a", 0.5}, {"b", int64_t{0}}}, -kInfinity});
  const ImportanceReport report = ask(space, points).value();
  EXPECT_EQ(report.trials, 50);
  EXPECT_EQ(report.left_out, 6);
  EXPECT_EQ(of(report, "a").share, of(clean, "a").share);
}

TEST_P(Importance, ValuesAndRangesAsLargeAsDoublesAreNoProblem) {
  const SearchSpace space =
      space_of({real("a", -kHuge / 2, kHuge / 2), real("b", 1e-300, 1e300, true)});
  const auto points = uniform_points(
      space, 60, [](const ParameterSet& p) { return 2 * value_of_a(p) * (1 - 1e-15); });
  const ImportanceReport report = ask(space, points).value();
  EXPECT_EQ(report.parameters.front().name, "a");
  EXPECT_TRUE(std::isfinite(report.parameters.front().share));
}

INSTANTIATE_TEST_SUITE_P(Methods, Importance,
                         testing::Values(ImportanceMethod::kPedAnova, ImportanceMethod::kFanova),
                         [](const auto& param) {
                           return param.param == ImportanceMethod::kFanova ? "fanova" : "ped_anova";
                         });

TEST(ImportanceOptions, OutOfRangeAreRefused) {
  const SearchSpace space = space_of({real("a")});
  const auto code = [&](double top, int trees, ImportanceMethod method, bool pairs) {
    const ImportanceOptions options{method, trees, pairs, /*seed=*/0, top};
    return parameter_importances(space, {}, Direction::kMinimize, options).status().code();
  };
  for (const double top : {0.0, -0.1, 0.6, std::nan("")})
    EXPECT_EQ(code(top, 64, ImportanceMethod::kPedAnova, false), StatusCode::kInvalidArgument);
  for (const int trees : {0, -1, 5000})
    EXPECT_EQ(code(0.1, trees, ImportanceMethod::kFanova, false), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(0.1, 64, ImportanceMethod::kPedAnova, true), StatusCode::kInvalidArgument);
}

TEST(Intervals, AreSets) {
  using importance::Intervals;
  const Intervals part{{0.1, 0.3}, {0.5, 0.6}};
  EXPECT_EQ(complement(part), (Intervals{{0, 0.1}, {0.3, 0.5}, {0.6, 1}}));
  EXPECT_EQ(complement(complement(part)), part);
  EXPECT_EQ(intersection(part, {{0.2, 0.55}}), (Intervals{{0.2, 0.3}, {0.5, 0.55}}));
  EXPECT_TRUE(intersection(part, complement(part)).empty());
  EXPECT_EQ(importance::complement({}), (Intervals{{0, 1}}));
  EXPECT_DOUBLE_EQ(length(part), 0.3);
}

}  // namespace
}  // namespace foldmill::sampler
