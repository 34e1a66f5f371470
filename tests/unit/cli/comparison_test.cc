#include "cli/compare/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/terminal/text_width.h"
#include "tests/unit/cli/fold_rows.h"

namespace foldmill::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::vector<double> kGood = {0.20, 0.30, 0.25, 0.40, 0.35};
const std::vector<double> kBad = {0.31, 0.40, 0.36, 0.49, 0.44};  // by 0.11, 0.10, 0.11, 0.09, 0.09
const std::vector<double> kLike = {0.21, 0.29, 0.27, 0.38, 0.36};

FoundTrial found(TrialRow trial, std::string study = "s", int64_t id = 1) {
  FoundTrial made;
  made.study.id = StudyId(id);
  made.study.spec = folds_spec(std::move(study));
  made.trial = std::move(trial);
  return made;
}

Comparison compared(const FoundTrial& a, const FoundTrial& b, const std::string& metric = "") {
  auto comparison = compare_trials(a, b, metric);
  EXPECT_TRUE(comparison.ok()) << comparison.status().message();
  return comparison.ok() ? std::move(*comparison) : Comparison();
}

std::string refused(const FoundTrial& a, const FoundTrial& b, const std::string& metric = "") {
  const auto comparison = compare_trials(a, b, metric);
  return comparison.ok() ? "accepted" : comparison.status().message();
}

FoundTrial other_study(TrialRow trial) { return found(std::move(trial), "t", 2); }

TEST(CompareTrials, TakesTheFoldsThatBothCompleted) {
  const Comparison comparison =
      compared(found(completed_trial(0, kGood)), found(pruned_after(completed_trial(1, kBad), 3)));
  ASSERT_EQ(comparison.folds.size(), 3u);
  EXPECT_EQ(comparison.folds[2].fold, FoldIndex(2));
  EXPECT_DOUBLE_EQ(comparison.folds[2].difference(), 0.25 - 0.36);
  EXPECT_DOUBLE_EQ(comparison.test_to_train, 0.25);
  EXPECT_THAT(comparison.notes, ElementsAre(AllOf(HasSubstr("s/1 was pruned before"),
                                                  HasSubstr("because of how it did"))));
}

// Computed with scipy.stats.t and statistics.stdev.
TEST(CompareTrials, GivesTheCorrectedTest) {
  const Comparison comparison =
      compared(found(completed_trial(0, kGood)), found(completed_trial(1, kBad)));
  EXPECT_NEAR(comparison.differences.mean, -0.1, 1e-12);
  EXPECT_NEAR(comparison.differences.spread->deviation, 0.01, 1e-12);
  ASSERT_TRUE(comparison.t_test && comparison.ranks);
  EXPECT_NEAR(comparison.t_test->statistic, -14.907119849998598, 1e-9);
  EXPECT_NEAR(comparison.t_test->p_value, 0.000117939290690, 1e-12);
  EXPECT_EQ(comparison.ranks->p_value, 0.0625);
}

TEST(Conclusion, ClaimsADifferenceOnlyWhereTheTestShowsOne) {
  const std::string clear =
      conclusion(compared(found(completed_trial(0, kGood)), found(completed_trial(1, kBad))));
  EXPECT_THAT(clear, HasSubstr("On the 5 folds that both completed, the mean val_loss of s/0 is "
                               "lower (better) than that of s/1 by 0.1 (95 % confidence interval "
                               "-0.1186 to -0.08138; corrected resampled t-test, p = 0.00012)."));
  const std::string unclear =
      conclusion(compared(found(completed_trial(0, kGood)), found(completed_trial(1, kLike))));
  EXPECT_THAT(unclear, AllOf(HasSubstr("that chance alone may well make"),
                             HasSubstr("does not show that the two are equal")));
  const std::string turned =
      conclusion(compared(found(completed_trial(1, kBad)), found(completed_trial(0, kGood))));
  EXPECT_THAT(turned, HasSubstr("higher (worse) than that of s/0 by 0.1 ("));
}

TEST(Conclusion, WithoutScatterMakesNoTest) {
  const FoundTrial one = found(completed_trial(0, {0.5, 0.25}));
  EXPECT_EQ(conclusion(compared(one, found(completed_trial(1, {0.5, 0.25})))),
            "On the 2 folds that both completed, s/0 and s/1 have the same val_loss.");
  EXPECT_THAT(conclusion(compared(one, found(completed_trial(1, {0.75, 0.5})))),
              AllOf(HasSubstr("lower (better) than that of s/1 by 0.25 on each of them"),
                    HasSubstr("no scatter to judge by")));
}

TEST(CompareTrials, AnyReportedMetricWillDo) {
  const FoundTrial one = found(completed_trial(0, kGood, {{"n_parameters", 5}, {"odd", 1}}));
  const FoundTrial two = found(completed_trial(1, kBad, {{"n_parameters", 9}}));
  const Comparison comparison = compared(one, two, "n_parameters");
  EXPECT_EQ(comparison.differences.mean, -4);
  EXPECT_FALSE(comparison.direction.has_value());
  EXPECT_THAT(conclusion(comparison), HasSubstr("lower than that of s/1 by 4 on each"));
  EXPECT_THAT(refused(one, two, "odd"),
              AllOf(HasSubstr("s/1 has not reported 'odd'"), HasSubstr("n_parameters, val_loss")));
}

TEST(CompareTrials, WarnsThatTheBestWasChosenByTheSameFolds) {
  FoundTrial best = found(completed_trial(0, kGood));
  best.study.best = TrialNumber(0);
  best.study.completed = 12;
  const FoundTrial other = found(completed_trial(1, kBad));
  EXPECT_THAT(compared(best, other).notes,
              ElementsAre(AllOf(HasSubstr("best of 12 completed trials by these same folds"),
                                HasSubstr("train both on other folds"))));
  best.study.completed = 1;
  EXPECT_THAT(compared(best, other).notes, IsEmpty());
}

TEST(CompareTrials, RefusesWhatSaysNothing) {
  const FoundTrial good = found(completed_trial(0, kGood));
  EXPECT_THAT(refused(good, good), HasSubstr("compared with itself"));
  FoundTrial running = found(completed_trial(1, kBad));
  running.trial.state = TrialState::kRunning;
  EXPECT_THAT(refused(good, running), HasSubstr("s/1 is still running"));
  EXPECT_THAT(refused(good, found(pruned_after(completed_trial(1, kBad), 1))),
              AllOf(HasSubstr("have 1 fold in common"), HasSubstr("foldmill folds show s/1")));
  FoundTrial one = found(completed_trial(0, {0.5})), two = found(completed_trial(1, {0.4}));
  one.study.spec.folds.k = two.study.spec.folds.k = 1;
  EXPECT_THAT(refused(one, two), HasSubstr("folds: {k: 5}"));
}

TEST(CompareTrials, OfTwoStudiesWantsTheSameDataAndFolds) {
  const FoundTrial good = found(completed_trial(0, kGood));
  EXPECT_EQ(compared(good, other_study(completed_trial(0, kBad))).second, "t/0");
  using Edit = void (*)(StudySpec&);
  const std::vector<std::pair<Edit, std::string>> edits = {
      {[](StudySpec& s) { s.data.dataset = "mnist"; }, "data.dataset is fashion-mnist in one and"},
      {[](StudySpec& s) { s.data.path = "/x"; }, "data.path is not set in one and /x"},
      {[](StudySpec& s) { s.data.subset_train = 500; }, "data.subset.train is all in one and 500"},
      {[](StudySpec& s) { s.folds.k = 4; }, "folds.k is 5 in one and 4"},
      {[](StudySpec& s) { s.folds.stratified = false; }, "folds.stratified is true in one and"},
      {[](StudySpec& s) { s.folds.repeats = 2; }, "folds.repeats is 1 in one and 2"},
      {[](StudySpec& s) { s.folds.groups = "label"; }, "folds.groups is not set in one and label"},
      {[](StudySpec& s) {
         s.folds.outer = OuterFold{5, 1};
       },
       "the outer fold is not set in one"},
      {[](StudySpec& s) { s.seed = s.folds.seed = 8; }, "seed is 7 in one and 8"}};
  for (const auto& [edit, expected] : edits) {
    FoundTrial other = other_study(completed_trial(0, kBad));
    edit(other.study.spec);
    EXPECT_THAT(refused(good, other), AllOf(HasSubstr("are not the same: "), HasSubstr(expected)));
  }
}

TEST(CompareTrials, TheSeedDoesNotMatterWhereNothingIsDrawn) {
  FoundTrial one = found(completed_trial(0, kGood)), two = other_study(completed_trial(0, kBad));
  one.study.spec.folds.shuffle = two.study.spec.folds.shuffle = false;
  two.study.spec.seed = 8;
  EXPECT_EQ(compared(one, two).folds.size(), 5u);
}

TEST(CompareTrials, WantsTheSameMeasure) {
  const MetricValues mse = {{"val_mse_unit", 0.1}};
  const FoundTrial one = found(completed_trial(0, kGood, mse));
  FoundTrial two = other_study(completed_trial(0, kBad, mse));
  two.study.spec.data.normalize = Normalize::kStandard;
  EXPECT_THAT(refused(one, two), AllOf(HasSubstr("data.normalize is unit in one and standard"),
                                       HasSubstr("--metric val_mse_unit")));
  EXPECT_EQ(compared(one, two, "val_mse_unit").folds.size(), 5u);
  FoundTrial three = found(completed_trial(1, kBad, mse));
  three.trial.params.set("loss", std::string("l1"));
  EXPECT_THAT(refused(one, three), HasSubstr("params.loss is mse in one and l1"));
  FoundTrial classifier = other_study(completed_trial(0, kBad));
  classifier.study.spec.model.type = "classifier";
  EXPECT_THAT(refused(one, classifier),
              AllOf(HasSubstr("model.type is cae in one"), Not(HasSubstr("val_mse_unit"))));
}

TEST(CompareTrials, NotesWhatTheFilesCanNotTell) {
  FoundTrial one = found(completed_trial(0, kGood)), two = other_study(completed_trial(0, kBad));
  for (FoundTrial* each : {&one, &two}) each->study.spec.model.type = "command";
  two.study.spec.objective.take = Take::kBestEpoch;
  EXPECT_THAT(compared(one, two).notes,
              ElementsAre(HasSubstr("Values of s are of the last epoch, those of t of the "
                                    "best_epoch"),
                          HasSubstr("Programs of your own")));
}

TEST(ComparisonOutput, FitsATerminalAndHasItsShape) {
  FoundTrial best = found(completed_trial(0, kGood));
  best.study.best = TrialNumber(0);
  best.study.completed = 12;
  const Comparison comparison = compared(best, found(completed_trial(1, kBad)));
  const std::string text = describe_comparison(comparison, 80);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), 80u) << line;
  EXPECT_THAT(describe_comparison(comparison, 400),
              AllOf(HasSubstr("5 folds cannot give less than 0.0625"), HasSubstr("W+ = 0, W- = 15"),
                    HasSubstr("with 4 degrees of freedom")));
  const Json json = list_comparison(comparison).json;
  EXPECT_EQ(json["schema"], "comparison/v1");
  EXPECT_EQ(json["direction"], "minimize");
  EXPECT_EQ(json["first"]["study"], "s");
  EXPECT_EQ(json["second"]["number"], 1);
  EXPECT_EQ(json["folds"].size(), 5u);
  EXPECT_EQ(json["t_test"]["freedom"], 4);
  EXPECT_EQ(json["signed_rank"]["least_p_value"], 0.0625);
  EXPECT_EQ(json["conclusion"], conclusion(comparison));
  EXPECT_EQ(json["notes"].size(), 1u);
}

}  // namespace
}  // namespace foldmill::cli
