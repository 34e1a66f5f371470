#include "cli/compare/one_standard_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/cli/fold_rows.h"

namespace foldmill::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kParameters = "n_parameters";

StudyRow study(int k = 5) {
  StudyRow row;
  row.spec = folds_spec("s", k);
  return row;
}

// Mean 5, standard error 3 / sqrt(5) = 1.34.
TrialRow best(double parameters = 900) {
  return completed_trial(3, {2, 4, 4, 5, 10}, {{kParameters, parameters}});
}

TrialRow rival(int64_t number, double value, double parameters) {
  return completed_trial(number, std::vector<double>(5, value), {{kParameters, parameters}});
}

TEST(OneStandardError, TheBoundIsOnTheWorseSideOfTheBest) {
  StudyRow minimizing = study();
  EXPECT_DOUBLE_EQ(*one_standard_error_bound(minimizing, best()), 5 + 3 / std::sqrt(5));
  minimizing.spec.objective.direction = Direction::kMaximize;
  EXPECT_DOUBLE_EQ(*one_standard_error_bound(minimizing, best()), 5 - 3 / std::sqrt(5));
}

TEST(OneStandardError, TakesTheOneWithTheFewestParameters) {
  const auto choice =
      cheapest_trial(study(), best(), {best(), rival(5, 6, 400), rival(7, 5.5, 100)}, "");
  ASSERT_TRUE(choice.ok()) << choice.status().message();
  EXPECT_EQ(choice->trial.number, TrialNumber(7));
  EXPECT_EQ(choice->cost, kParameters);
  EXPECT_EQ(describe_choice(study().spec, *choice),
            "s/7, with val_loss 5.5, is within one standard error (1.342) of the best, s/3 with 5; "
            "of the 3 trials that are, it has the least n_parameters: 100, against 900 of the "
            "best.");
  const Json json = choice_json(study().spec, *choice);
  EXPECT_EQ(json["schema"], "choice/v1");
  EXPECT_EQ(json["best"], 3);
  EXPECT_EQ(json["candidates"], 3);
  EXPECT_EQ(json["trial"]["number"], 7);
  EXPECT_EQ(json["trial_cost"], 100);
}

TEST(OneStandardError, EquallyCheapOnesGoByValue) {
  const auto choice = cheapest_trial(
      study(), best(), {best(), rival(5, 6, 100), rival(7, 5.5, 100), rival(8, 5.6, 100)}, "");
  EXPECT_EQ(choice->trial.number, TrialNumber(7));
}

TEST(OneStandardError, TheBestMayBeTheCheapestItself) {
  const auto choice = cheapest_trial(study(), best(1), {best(1), rival(5, 6, 400)}, "");
  EXPECT_EQ(choice->trial.number, TrialNumber(3));
  EXPECT_THAT(describe_choice(study().spec, *choice), HasSubstr("itself among them"));
  const auto alone = cheapest_trial(study(), best(), {best()}, "");
  EXPECT_THAT(describe_choice(study().spec, *alone), HasSubstr("no other trial is within"));
}

TEST(OneStandardError, WithoutParametersItGoesByTime) {
  TrialRow quick = completed_trial(5, {6, 6, 6, 6, 6});
  quick.seconds = 1;
  const auto choice = cheapest_trial(study(), best(), {best(), quick}, "");
  ASSERT_TRUE(choice.ok());
  EXPECT_EQ(choice->cost, "seconds per epoch");
  EXPECT_EQ(choice->trial.number, TrialNumber(5));
  EXPECT_DOUBLE_EQ(choice->trial_cost, 0.2);
}

TEST(OneStandardError, AnyMetricOrNumericParameterIsACost) {
  TrialRow wide = best(), narrow = rival(5, 6, 2000);
  wide.params = {{"fc", int64_t{96}}, {"optimizer", std::string("adam")}};
  narrow.params = {{"fc", int64_t{32}}, {"optimizer", std::string("sgd")}};
  const auto by_parameter = cheapest_trial(study(), wide, {wide, narrow}, "fc");
  ASSERT_TRUE(by_parameter.ok());
  EXPECT_EQ(by_parameter->trial.number, TrialNumber(5));
  EXPECT_EQ(cheapest_trial(study(), wide, {wide, narrow}, kParameters)->trial.number,
            TrialNumber(3));
  for (const char* none : {"optimizer", "size"})
    EXPECT_THAT(cheapest_trial(study(), wide, {wide, narrow}, none).status().message(),
                AllOf(HasSubstr("--cost: trial s/3 has no"), HasSubstr(none)));
}

TEST(OneStandardError, IsRefusedWhereThereIsNoStandardError) {
  EXPECT_THAT(check_rule_applies(study(1).spec).message(),
              AllOf(HasSubstr("one fold only"), HasSubstr("folds: {k: 5}")));
  StudyRow later = study();
  later.spec.schedule.top = 3;
  EXPECT_THAT(check_rule_applies(later.spec).message(),
              HasSubstr("foldmill best s@cross-validate --one-standard-error"));
  StudyRow several = study();
  several.spec.more_objectives = {{kParameters, Direction::kMinimize}};
  EXPECT_THAT(check_rule_applies(several.spec).message(), HasSubstr("several objectives"));
  EXPECT_TRUE(check_rule_applies(study().spec).ok());
  EXPECT_THAT(one_standard_error_bound(study(), pruned_after(best(), 1)).status().message(),
              HasSubstr("fewer than two fold values"));
}

}  // namespace
}  // namespace foldmill::cli
