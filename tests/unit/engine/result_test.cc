// What loops outside say of their trials, and what follows from it.

#include "tests/unit/engine/outside_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ResultTest = OutsideTest;

TEST_F(ResultTest, AValueCompletesATrialOfOneFold) {
  driver.create(outside_study(2));
  const TrialStanding standing_now = standing(tell(hold(ask()), 0.25));
  EXPECT_EQ(standing_now.state, TrialState::kCompleted);
  EXPECT_FALSE(standing_now.go_on);
  EXPECT_EQ(driver.trial(0).value, 0.25);
  EXPECT_EQ(driver.trial(0).folds[0].value, 0.25);
}

TEST_F(ResultTest, ATrialsValueIsTheMeanOfItsFolds) {
  driver.create(outside_study(2, 3));
  const HeldTrial held = hold(ask());
  EXPECT_TRUE(standing(tell_fold(held, 0, 1)).go_on);
  EXPECT_TRUE(standing(tell_fold(held, 2, 2)).go_on);
  EXPECT_EQ(standing(tell_fold(held, 1, 6)).value, 3);
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
}

TEST_F(ResultTest, OneValueMayStandForAllFolds) {
  driver.create(outside_study(2, 2));
  const HeldTrial held = hold(ask());
  report(held, 1, 0.5, 1);
  EXPECT_EQ(standing(tell(held, 0.75)).value, 0.75);
  EXPECT_EQ(driver.trial(0).folds[0].value, std::nullopt);
  EXPECT_EQ(driver.trial(0).folds[1].value, 0.5);
  driver.restart();
  tell(hold(ask()), 0.5);
  EXPECT_EQ(state(), StudyState::kCompleted);
}

TEST_F(ResultTest, FoldsWithValuesOfTheirOwnAreNotOverruled) {
  driver.create(outside_study(2, 2));
  const HeldTrial held = hold(ask());
  tell_fold(held, 0, 1);
  EXPECT_THAT(tell(held, 0.75).status.message(), HasSubstr("fold 0 of small/0 has a value"));
  EXPECT_EQ(standing(tell_fold(held, 1, 3)).value, 2);
}

TEST_F(ResultTest, WithoutAValueTheReportsSay) {
  StudySpec spec = outside_study(2, 2);
  spec.objective.take = Take::kBestEpoch;
  driver.create(spec);
  const HeldTrial held = hold(ask());
  report(held, 1, 0.5);
  report(held, 2, 0.7);
  EXPECT_THAT(driver.tell(held, {}).status.message(),
              HasSubstr("fold 1 of small/0 has no reports"));
  report(held, 1, 0.1, 1);
  EXPECT_DOUBLE_EQ(*standing(driver.tell(held, {})).value, 0.3);
}

TEST_F(ResultTest, WhatWasToldIsAcknowledgedAgainAndNotChanged) {
  driver.create(outside_study(3, 2));
  const HeldTrial held = hold(ask());
  EXPECT_FALSE(standing(tell_fold(held, 0, 1)).repeated);
  EXPECT_TRUE(standing(tell_fold(held, 0, 1)).repeated);
  EXPECT_THAT(tell_fold(held, 0, 2).status.message(), HasSubstr("has the value 1"));
  tell_fold(held, 1, 3);
  EXPECT_TRUE(standing(tell_fold(held, 1, 3)).repeated);
  EXPECT_TRUE(standing(tell(held, 2)).repeated);
  EXPECT_THAT(tell(held, 5).status.message(), HasSubstr("completed with the value 2"));
  EXPECT_FALSE(tell(held, ResultKind::kFailed).status.ok());
  EXPECT_FALSE(report(held, 1, 0.5).status.ok());
  EXPECT_EQ(driver.trial(0).value, 2);
}

TEST_F(ResultTest, NanIsAnAnswerAboutTheParameters) {
  StudySpec spec = outside_study(3, 2);
  spec.resources.retries = {.worker_lost = 9, .out_of_memory = 9, .error = 9};
  driver.create(spec);
  const HeldTrial held = hold(ask());
  const TrialStanding ended = standing(tell_fold(held, 1, kNan));
  EXPECT_EQ(ended.state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kDiverged);
  EXPECT_TRUE(standing(tell(held, kNan)).repeated);
  const HeldTrial next = hold(ask());
  EXPECT_EQ(standing(report(next, 1, kNan)).go_on, false);
  EXPECT_EQ(driver.trial(1).cause, EndCause::kDiverged);
  EXPECT_FALSE(standing(report(next, 1, kNan)).go_on) << "the answer may have been lost";
}

// --- reports

TEST_F(ResultTest, ReportsGrowTheCurveOfTheirFold) {
  driver.create(outside_study(2, 2));
  const HeldTrial held = hold(ask());
  EXPECT_TRUE(standing(report(held, 1, 0.5)).go_on);
  EXPECT_TRUE(standing(report(held, 2, 0.4)).go_on);
  EXPECT_TRUE(standing(report(held, 1, 0.9, 1)).go_on);
  EXPECT_THAT(driver.trial(0).folds[0].curve, ElementsAre(0.5, 0.4));
  EXPECT_THAT(driver.trial(0).folds[1].curve, ElementsAre(0.9));
  EXPECT_EQ(driver.trial(0).folds[0].attempts[0].state, AttemptState::kRunning);
}

TEST_F(ResultTest, ARepeatedReportIsAcknowledgedAndAnotherValueRefused) {
  driver.create(outside_study(2));
  const HeldTrial held = hold(ask());
  report(held, 1, 0.5);
  report(held, 2, 0.4);
  EXPECT_TRUE(standing(report(held, 1, 0.5)).repeated);
  EXPECT_THAT(report(held, 1, 0.6).status.message(),
              HasSubstr("was reported as 0.5, and now as 0.6"));
  EXPECT_THAT(driver.trial(0).folds[0].curve, ElementsAre(0.5, 0.4));
}

TEST_F(ResultTest, ReportsThatMakeNoSenseAreRefusedAndChangeNothing) {
  driver.create(outside_study(2, 2, 3));
  const HeldTrial held = hold(ask());
  EXPECT_THAT(report(held, 2, 0.5).status.message(), HasSubstr("1 is next"));
  EXPECT_THAT(report(held, 0, 0.5).status.message(), HasSubstr("1 is next"));
  EXPECT_THAT(report(held, 4, 0.5).status.message(), HasSubstr("the study has 3"));
  EXPECT_THAT(report(held, 1, 0.5, 2).status.message(), HasSubstr("no fold 2"));
  EXPECT_THAT(report({"small", TrialNumber(7)}, 1, 0.5).status.message(), HasSubstr("no trial 7"));
  EXPECT_THAT(driver.report({held, FoldIndex(0), 0.5, {.epoch = 1, .metrics = {{"val_loss", 1}}}})
                  .status.message(),
              HasSubstr("is the objective"));
  tell_fold(held, 0, 1);
  EXPECT_THAT(report(held, 1, 0.5).status.message(), HasSubstr("has its value already"));
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
}

TEST_F(ResultTest, OtherMetricsAreKept) {
  driver.create(outside_study(2));
  const HeldTrial held = hold(ask());
  driver.report({held, FoldIndex(0), 0.5, {.epoch = 1, .metrics = {{"accuracy", 0.9}}}});
  EXPECT_THAT(driver.trial(0).folds[0].curve, ElementsAre(0.5));
}

TEST_F(ResultTest, ALoopHearsThatItsTrialIsPruned) {
  StudySpec spec = outside_study(9, 2);
  spec.pruning = {.type = "median", .warmup_trials = 1, .min_peers = 1};
  driver.create(spec);
  const HeldTrial good = hold(ask());
  report(good, 1, 0.1, 0);
  report(good, 1, 0.1, 1);
  driver.tell(good, {});
  const HeldTrial bad = hold(ask());
  const TrialStanding stopped = standing(report(bad, 1, 0.9, 1));
  EXPECT_FALSE(stopped.go_on);
  EXPECT_EQ(stopped.state, TrialState::kPruned);
  EXPECT_FALSE(standing(report(bad, 1, 0.9, 1)).go_on) << "the answer may have been lost";
  EXPECT_FALSE(standing(report(bad, 1, 0.9, 0)).go_on) << "the other fold is told, too";
  EXPECT_TRUE(standing(tell(bad, ResultKind::kPruned)).repeated);
  EXPECT_THAT(tell(bad, 0.9).status.message(), HasSubstr("small/1 is pruned"));
  EXPECT_EQ(driver.trial(1).value, 0.9);
}

TEST_F(ResultTest, ARaceStopsATrialBetweenFolds) {
  StudySpec spec = outside_study(9, 5);
  spec.pruning = {.type = "race"};
  driver.create(spec);
  const HeldTrial good = hold(ask());
  for (int64_t fold = 0; fold < 5; ++fold) tell_fold(good, fold, 0.1 + 0.001 * fold);
  const HeldTrial next = hold(ask());
  for (int64_t fold = 0; fold < 5; ++fold) tell_fold(next, fold, 0.11 + 0.0011 * fold);
  const HeldTrial bad = hold(ask());
  bool go_on = true;
  for (int64_t fold = 0; fold < 4 && go_on; ++fold)
    go_on = standing(tell_fold(bad, fold, 5.0 + 0.001 * fold)).go_on;
  EXPECT_FALSE(go_on);
  EXPECT_EQ(driver.trial(2).state, TrialState::kPruned);
}

TEST_F(ResultTest, ALoopHearsThatItsTrialIsCancelled) {
  driver.create(outside_study(2));
  const HeldTrial held = hold(ask());
  driver.command("small", event::StudyVerb::kCancel);
  EXPECT_EQ(standing(report(held, 1, 0.5)).state, TrialState::kCancelled);
  EXPECT_FALSE(standing(driver.renew(held)).go_on);
  EXPECT_FALSE(tell(held, 0.5).status.ok());
}

// --- several objectives

class FurtherMetricsTest : public OutsideTest {
 protected:
  void create(int folds) {
    StudySpec spec = outside_study(3, folds);
    spec.more_objectives = {{"seconds", Direction::kMinimize}};
    driver.create(spec);
  }
  effect::Reply tell(const HeldTrial& of, double value, MetricValues metrics,
                     std::optional<FoldIndex> fold = {}) {
    return driver.tell(of, {.fold = fold, .value = value, .metrics = std::move(metrics)});
  }
};

TEST_F(FurtherMetricsTest, AreToldWithTheValue) {
  create(1);
  const HeldTrial held = hold(ask());
  EXPECT_THAT(tell(held, 0.5, {}).status.message(), HasSubstr("'seconds' is missing"));
  EXPECT_EQ(standing(tell(held, 0.5, {{"seconds", 3}})).state, TrialState::kCompleted);
  EXPECT_EQ(driver.trial(0).value, 0.5);
  EXPECT_EQ(find_metric(driver.trial(0).metrics, "seconds"), 3);
  EXPECT_TRUE(standing(tell(held, 0.5, {{"seconds", 3}})).repeated);
}

TEST_F(FurtherMetricsTest, AreReportedWithEachEpochAndToldByFold) {
  create(2);
  const HeldTrial held = hold(ask());
  EXPECT_THAT(report(held, 1, 0.5).status.message(), HasSubstr("'seconds' is missing"));
  driver.report({held, FoldIndex(0), 0.5, {.epoch = 1, .metrics = {{"seconds", 1}}}});
  EXPECT_THAT(tell(held, 0.5, {{"seconds", 3}}).status.message(), HasSubstr("by --fold"));
  EXPECT_TRUE(standing(driver.tell(held, {.fold = FoldIndex(0)})).go_on);
  EXPECT_EQ(standing(tell(held, 0.7, {{"seconds", 3}}, FoldIndex(1))).value, 0.6);
  EXPECT_EQ(find_metric(driver.trial(0).metrics, "seconds"), 2);
}

TEST_F(FurtherMetricsTest, OneThatIsNoNumberIsAnAnswerToo) {
  create(1);
  EXPECT_EQ(standing(tell(hold(ask()), 0.5, {{"seconds", kNan}})).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kDiverged);
}

// --- other ends

TEST_F(ResultTest, ALoopMayPruneByItself) {
  driver.create(outside_study(2, 2));
  const HeldTrial held = hold(ask());
  report(held, 1, 0.4, 0);
  report(held, 1, 0.6, 1);
  EXPECT_EQ(standing(tell(held, ResultKind::kPruned)).state, TrialState::kPruned);
  EXPECT_DOUBLE_EQ(*driver.trial(0).value, 0.5);
  EXPECT_TRUE(standing(tell(held, ResultKind::kPruned)).repeated);
  const HeldTrial other = hold(ask());
  EXPECT_EQ(standing(tell(other, ResultKind::kPruned)).value, std::nullopt);
  EXPECT_EQ(state(), StudyState::kCompleted);
}

TEST_F(ResultTest, AFailureEndsTheTrialOrHandsItOutAgain) {
  StudySpec spec = outside_study(5, 2);
  spec.resources.retries.error = 1;
  driver.create(spec);
  const HeldTrial first = hold(ask());
  tell_fold(first, 0, 0.5);
  const TrialStanding retried = standing(tell(first, ResultKind::kFailed));
  EXPECT_FALSE(retried.go_on);
  EXPECT_EQ(retried.state, TrialState::kRunning);
  EXPECT_TRUE(standing(tell(first, ResultKind::kFailed)).repeated);
  EXPECT_THAT(tell(first, 0.5).status.message(), HasSubstr("was given back"));
  driver.restart();
  EXPECT_FALSE(report(first, 1, 0.5, 1).status.ok()) << "who gave a trial back has it no more";
  const AskedTrial second = ask();
  EXPECT_EQ(second.trial, first.trial);
  EXPECT_THAT(second.folds, ElementsAre(FoldIndex(1))) << "the other one has its value";
  EXPECT_EQ(standing(tell(hold(second), ResultKind::kFailed)).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kUserError);
  EXPECT_TRUE(standing(tell(hold(second), ResultKind::kFailed)).repeated);
}

TEST_F(ResultTest, WhatIsReleasedBurnsNoRetry) {
  StudySpec spec = outside_study(5);
  spec.resources.retries = {.worker_lost = 0, .out_of_memory = 0, .error = 0};
  driver.create(spec);
  for (int64_t lease = 1; lease <= 3; ++lease) {
    const AskedTrial asked = ask();
    EXPECT_EQ(asked.trial, TrialNumber(0));
    EXPECT_EQ(asked.lease, lease);
    EXPECT_FALSE(standing(tell(hold(asked), ResultKind::kReleased)).go_on);
  }
}

TEST_F(ResultTest, OnlyWholeTrialsFail) {
  driver.create(outside_study(5, 2));
  const HeldTrial held = hold(ask());
  const effect::Reply reply =
      driver.tell(held, {.kind = ResultKind::kFailed, .fold = FoldIndex(1)});
  EXPECT_EQ(reply.status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(tell_fold(held, 2, 0.5).status.code(), StatusCode::kNotFound);
}

TEST_F(ResultTest, FailuresInARowFailTheStudyAsWithWorkers) {
  driver.create(outside_study(100));
  tell(hold(ask()), 0.5);
  while (state() == StudyState::kActive) tell(hold(ask()), ResultKind::kFailed);
  EXPECT_EQ(count(TrialState::kFailed), 20);
  EXPECT_THAT(reason(), HasSubstr("because"));
  EXPECT_EQ(ask_reply().status.code(), StatusCode::kOutOfRange);
}

}  // namespace
}  // namespace foldmill::engine
