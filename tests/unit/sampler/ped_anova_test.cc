// PED-ANOVA on functions whose best tenth is known in full, so that the densities are, and with
// them the variance that each parameter explains.

#include <gtest/gtest.h>

#include "tests/unit/sampler/importance_fixture.h"

namespace foldmill::sampler {
namespace {

int64_t number(const ParameterSet& point, const char* name) {
  return point.get_int(name).value_or(-1);
}

ImportanceOptions by_density(double top = 0.1) {
  ImportanceOptions options;
  options.method = ImportanceMethod::kPedAnova;
  options.top = top;
  return options;
}

// Every combination of choices `times` over.
std::vector<ScoredPoint> factorial(const SearchSpace& space, int times, const ScoreOf& score) {
  std::vector<ParameterSet> points{{}};
  for (size_t index : space.sampling_order()) {
    const SearchParameter& parameter = space.parameters()[index];
    std::vector<ParameterSet> grown;
    for (const ParameterSet& point : points) {
      if (!space.is_active(index, point)) grown.push_back(point);
      if (!space.is_active(index, point)) continue;
      for (int64_t k = 0; k < *parameter.distribution.cardinality(); ++k) {
        ParameterSet& next = grown.emplace_back(point);
        next.set(parameter.name, parameter.distribution.from_internal(static_cast<double>(k)));
      }
    }
    points = std::move(grown);
  }
  std::vector<ScoredPoint> scored;
  for (int i = 0; i < times; ++i)
    for (const ParameterSet& point : points) scored.push_back({point, score(point)});
  return scored;
}

// The best tenth is exactly a = 0 and b = 0: D of a is 1 / 0.2 - 1 = 4, of b 1 / 0.5 - 1 = 1, and
// the variance of being one of the best is q (1 - q) with q = 0.1.
TEST(PedAnova, ChoicesHaveTheDivergenceOfTheirFrequencies) {
  const SearchSpace space = space_of({choice("b", 2), choice("a", 5), choice("idle", 4)});
  const auto points = factorial(space, 100, [](const ParameterSet& x) {
    return number(x, "a") == 0 && number(x, "b") == 0 ? 0.0 : 1.0;
  });
  const ImportanceReport report = report_on(space, points, by_density());
  EXPECT_EQ(report.trials, 4000);
  EXPECT_EQ(report.parameters.front().name, "a");
  // The prior is one value among 401.
  EXPECT_NEAR(of(report, "a").share, 0.01 / 0.09 * 4, 0.005);
  EXPECT_NEAR(of(report, "b").share, 0.01 / 0.09 * 1, 0.005);
  EXPECT_NEAR(of(report, "idle").share, 0, 1e-12);
  EXPECT_NEAR(of(report, "a").importance, 0.8, 1e-3);
  EXPECT_NEAR(of(report, "b").importance, 0.2, 1e-3);
}

// The child is active in half of the trials and in all of the best: alpha = 1, beta = 0.5, D = 4,
// so alpha^2 / beta * D = 8 against the parent's D = 1.
TEST(PedAnova, AConditionalParameterIsJudgedWhereItIsActive) {
  const SearchSpace space = space_of({choice("parent", 2), under(choice("child", 5), "parent", 1),
                                      under(choice("other", 5), "parent", 0)});
  const auto points = factorial(
      space, 200, [](const ParameterSet& x) { return number(x, "child") == 0 ? 0.0 : 1.0; });
  const ImportanceReport report = report_on(space, points, by_density());
  EXPECT_NEAR(of(report, "child").share, 0.01 / 0.09 * 8, 0.01);
  EXPECT_NEAR(of(report, "parent").share, 0.01 / 0.09 * 1, 0.005);
  EXPECT_EQ(of(report, "other").share, 0);  // in none of the best
  EXPECT_NEAR(of(report, "child").importance, 8.0 / 9, 2e-3);
  EXPECT_EQ(of(report, "child").trials, 1000);
  EXPECT_EQ(report.trials, 2000);
}

// The best tenth is x < 0.1, which explains everything: D = 9, times q^2, is q (1 - q).
TEST(PedAnova, OneNumberThatDecidesExplainsEverything) {
  const SearchSpace space = space_of({real("x"), real("idle")});
  const auto points =
      uniform_points(space, 5000, [](const ParameterSet& p) { return p.get_double("x").value(); });
  const ImportanceReport report = report_on(space, points, by_density());
  // The kernels blur the edge of the best by half a cell of 50, on 5 cells.
  EXPECT_NEAR(of(report, "x").share, 1, 0.1);
  EXPECT_LE(of(report, "x").share, 1);
  EXPECT_LT(of(report, "idle").share, 0.01);
  EXPECT_GT(of(report, "x").importance, 0.99);
}

// Both scales are divided evenly, so the best tenth is a tenth of the axis in each case.
TEST(PedAnova, LogarithmicAndIntegerRangesAreSeenOnTheirScale) {
  const SearchSpace space = space_of(
      {real("log", 1e-6, 1, true), integer("int", 1, 100), integer("idle", 1, 1000, true)});
  for (const char* decides : {"log", "int"}) {
    const auto points = uniform_points(
        space, 5000, [&](const ParameterSet& p) { return p.get_double(decides).value(); });
    const ImportanceReport report = report_on(space, points, by_density());
    EXPECT_NEAR(of(report, decides).share, 1, 0.12) << decides;
    EXPECT_GT(of(report, decides).importance, 0.98) << decides;
  }
}

TEST(PedAnova, TheDirectionSaysWhichTrialsAreTheBest) {
  const SearchSpace space = space_of({choice("a", 5), choice("b", 5)});
  const auto points = uniform_points(space, 2000, [](const ParameterSet& p) {
    return number(p, "a") == 4 ? 1000.0 : number(p, "b") == 0 ? -1000.0 : 0.0;
  });
  EXPECT_EQ(report_on(space, points, by_density()).parameters.front().name, "b");
  const ImportanceReport up = report_on(space, points, by_density(), Direction::kMaximize);
  EXPECT_EQ(up.parameters.front().name, "a");
}

// What hardly anyone tried is no evidence: the densities are smoothed alike.
TEST(PedAnova, AParameterThatNeverMovedMattersNothing) {
  const SearchSpace space = space_of({real("x"), real("still"), choice("same", 3)});
  auto points =
      uniform_points(space, 60, [](const ParameterSet& p) { return p.get_double("x").value(); });
  for (ScoredPoint& point : points) {
    point.params.set("still", 0.25);
    point.params.set("same", int64_t{1});
  }
  const ImportanceReport report = report_on(space, points, by_density());
  EXPECT_NEAR(of(report, "still").share, 0, 1e-12);
  EXPECT_NEAR(of(report, "same").share, 0, 1e-12);
  EXPECT_NEAR(of(report, "x").importance, 1, 1e-9);
}

TEST(PedAnova, TheShareOfTheBestIsAnOption) {
  // Below 0.3 `b` decides, within that `a`: it is told from the others only among the best few.
  const SearchSpace space = space_of({choice("a", 4), choice("b", 4)});
  const auto points = factorial(space, 100, [](const ParameterSet& p) {
    return 10.0 * static_cast<double>(number(p, "b")) + static_cast<double>(number(p, "a"));
  });
  const ImportanceOptions wide = by_density(0.25);
  EXPECT_NEAR(of(report_on(space, points, wide), "a").share, 0, 1e-9);
  const ImportanceOptions narrow = by_density(0.05);
  EXPECT_NEAR(of(report_on(space, points, narrow), "a").importance, 0.5, 0.01);
}

TEST(PedAnova, TiesWithTheLastOfTheBestAreInUnlessThatIsEverybody) {
  const SearchSpace space = space_of({choice("a", 10)});
  // 100 trials have the best value, more than the tenth of 1000 / 10: the rest is equal.
  const auto points =
      factorial(space, 100, [](const ParameterSet& p) { return number(p, "a") == 3 ? 0.0 : 1.0; });
  const ImportanceOptions half = by_density(0.5);  // reaches into those that are all equal
  EXPECT_NEAR(of(report_on(space, points, half), "a").share, 1, 0.02);
}

TEST(PedAnova, OneTrialAboveAllOthersIsNoGroup) {
  const SearchSpace space = space_of({choice("a", 10)});
  auto points = factorial(space, 10, [](const ParameterSet&) { return 1.0; });
  points.front().value = 0;
  const auto report = parameter_importances(space, points, Direction::kMinimize, by_density());
  EXPECT_EQ(report.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_NE(report.status().message().find("fanova"), std::string::npos);
}

}  // namespace
}  // namespace foldmill::sampler
