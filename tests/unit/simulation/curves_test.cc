#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "coordinator/simulation/closed_form.h"
#include "coordinator/simulation/functions/noise.h"
#include "coordinator/simulation/unit_point.h"
#include "tests/unit/simulation/simulated_study.h"

namespace foldmill::simulation {
namespace {

using ::testing::HasSubstr;

ParameterSet a_point() {
  return {{"epochs", int64_t{20}},     {"n1", int64_t{16}}, {"n2", int64_t{24}},
          {"n3", int64_t{40}},         {"lr", 0.002},       {"fc", int64_t{96}},
          {"opt", std::string("Adam")}};
}

double at(Curves& curves, const StudySpec& spec, int64_t trial, int64_t fold, int64_t epoch) {
  auto begun = curves.begin(spec, TrialNumber(trial), a_point());
  return begun.value()->at(FoldIndex(fold), epoch)->value;
}

TEST(ClosedForm, TheMixedCurvesAreThoseOfTheFunctions) {
  const StudySpec spec = mixed_study(10, 5, 20, 3);
  const double value = mixed(a_point());
  EXPECT_EQ(at(**make_closed_form("mixed-folds"), spec, 7, 2, 9), fold_loss(value, 3, 7, 2));
  EXPECT_EQ(at(**make_closed_form("mixed-epochs"), spec, 7, 2, 9),
            curve_loss(value, 0.002, 3, 7, 9));
  EXPECT_EQ(at(**make_closed_form("mixed-kfold"), spec, 7, 2, 9),
            fold_curve_loss(value, decay_rate(0.002), 3, 7, 2, 9));
  EXPECT_EQ(
      (*make_closed_form("mixed-kfold"))->begin(spec, TrialNumber(7), a_point()).value()->truth(),
      value);
}

TEST(ClosedForm, MoreIsBetterWhereTheStudyMaximizes) {
  StudySpec spec = mixed_study(10, 5, 20);
  const double loss = at(**make_closed_form("mixed-kfold"), spec, 0, 0, 1);
  spec.objective.direction = Direction::kMaximize;
  EXPECT_EQ(at(**make_closed_form("mixed-kfold"), spec, 0, 0, 1), 1 - loss);
}

TEST(ClosedForm, UnknownNamesAndParametersAreExplained) {
  EXPECT_THAT(make_closed_form("mixed-kfolds").status().message(),
              HasSubstr("did you mean mixed-kfold?"));
  StudySpec spec = mixed_study(10, 5, 20);
  spec.space = SearchSpace::create({{"lr", *Distribution::make_float(1e-4, 1e-2), {}}}).value();
  const Status status = (*make_closed_form("mixed-folds"))->check(spec);
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("no such n1, n2, n3, fc, opt"));
  for (const std::string name : {"n1", "n2", "n3", "fc"}) spec.constants.set(name, int64_t{16});
  EXPECT_FALSE((*make_closed_form("mixed-folds"))->check(spec).ok());
  spec.constants.set("opt", std::string("Adam"));
  EXPECT_TRUE((*make_closed_form("mixed-folds"))->check(spec).ok());
}

TEST(Bowl, ServesAnyStudyAndEndsItsCurvesWithTheTrials) {
  StudySpec spec = mixed_study(10, 3, 200);
  const auto bowl = make_closed_form("bowl").value();
  EXPECT_TRUE(bowl->check(spec).ok());
  ParameterSet point = a_point();
  point.set("epochs", int64_t{200});
  auto trial = bowl->begin(spec, TrialNumber(0), point).value();
  EXPECT_GT(trial->at(FoldIndex(0), 1)->value, trial->at(FoldIndex(0), 200)->value + 0.05);
  EXPECT_GE(*trial->truth(), 0.010);
  EXPECT_LE(*trial->truth(), 0.050);

  spec.space = {};
  EXPECT_TRUE(bowl->begin(spec, TrialNumber(0), point).ok());
}

TEST(UnitPoint, CoordinatesAreSharesOfTheRange) {
  const SearchSpace space =
      SearchSpace::create(
          {{"x", *Distribution::make_float(0, 10), {}},
           {"lr", *Distribution::make_float(1e-4, 1e-2, true), {}},
           {"kind", *Distribution::make_categorical({std::string("a"), std::string("b")}), {}},
           {"y", *Distribution::make_float(0, 1), {{"kind", {std::string("b")}}}},
           {"one", *Distribution::make_int(3, 3), {}}})
          .value();
  const auto point = [&](double x, double lr, const char* kind) {
    ParameterSet params{{"x", x}, {"lr", lr}, {"kind", std::string(kind)}, {"one", int64_t{3}}};
    if (std::string(kind) == "b") params.set("y", 0.5);
    return unit_point(space, params);
  };
  const std::vector<double> a = point(2.5, 1e-3, "a");
  EXPECT_DOUBLE_EQ(a[0], 0.25);
  EXPECT_NEAR(a[1], 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(a[3]));
  EXPECT_EQ(squared_distance(space, a, a), 0);
  EXPECT_NEAR(squared_distance(space, a, point(5, 1e-3, "a")), 0.0625, 1e-12);
  EXPECT_NEAR(squared_distance(space, a, point(2.5, 1e-3, "b")), 2, 1e-12);
}

}  // namespace
}  // namespace foldmill::simulation
