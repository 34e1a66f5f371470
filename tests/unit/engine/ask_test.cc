// Who is handed which trial, and who holds it.

#include "tests/unit/engine/outside_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

using AskTest = OutsideTest;

TEST_F(AskTest, IsAnsweredWithATrialAndAllThatItTakes) {
  StudySpec spec = outside_study(5, 3, 7);
  spec.constants.set("batch_size", int64_t{64});
  driver.create(spec);
  const AskedTrial asked = ask();
  EXPECT_EQ(asked.study, "small");
  EXPECT_EQ(asked.trial, TrialNumber(0));
  EXPECT_EQ(asked.lease, 1);
  EXPECT_EQ(asked.lease_time, kAskedLease);
  EXPECT_EQ(asked.params, driver.trial(0).params);
  EXPECT_EQ(asked.constants.get_int("batch_size"), 64);
  EXPECT_THAT(asked.folds, ::testing::ElementsAre(FoldIndex(0), FoldIndex(1), FoldIndex(2)));
  EXPECT_EQ(asked.plan, spec.folds);
  EXPECT_EQ(asked.epochs, 7);
  EXPECT_EQ(asked.goals, spec.goals());
}

TEST_F(AskTest, NoWorkerIsGivenTrialsOfSuchAStudy) {
  driver.create(outside_study(5));
  FakeWorker& worker = driver.join("a", 4);
  EXPECT_THAT(worker.tasks, SizeIs(0));
  EXPECT_THAT(driver.study().trials, SizeIs(0));
  ask();
  driver.advance(kAskedLease);
  EXPECT_EQ(driver.trial(0).folds[0].state, FoldState::kPending);
  EXPECT_THAT(worker.tasks, SizeIs(0));
}

TEST_F(AskTest, StudiesOfWorkersHandOutNothing) {
  driver.create(small_study(5));
  const effect::Reply& reply = ask_reply();
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(reply.status.message(), HasSubstr("trained by workers"));
  EXPECT_EQ(tell({"small", TrialNumber(0)}, 1.0).status.code(), StatusCode::kFailedPrecondition);
}

TEST_F(AskTest, AnUnknownStudyIsSaidToBeOne) {
  EXPECT_EQ(ask_reply().status.code(), StatusCode::kNotFound);
  EXPECT_EQ(tell({"small", TrialNumber(0)}, 1.0).status.code(), StatusCode::kNotFound);
}

TEST_F(AskTest, TheSameKeyIsTheSameQuestion) {
  driver.create(outside_study(5));
  const AskedTrial first = ask("mine");
  EXPECT_EQ(ask("mine"), first);
  EXPECT_THAT(driver.study().trials, SizeIs(1));
  driver.restart();
  EXPECT_EQ(ask("mine"), first);
  EXPECT_THAT(driver.study().trials, SizeIs(1));
  EXPECT_NE(ask("yours").trial, first.trial);
}

TEST_F(AskTest, TheSameKeyTwiceWhileTheSamplerThinksIsOneTrial) {
  driver.create(outside_study(5));
  driver.hold_suggestions(true);
  ask();  // uses the one that was made ahead
  const RequestId first = begin_ask("mine");
  const RequestId second = begin_ask("mine");
  EXPECT_EQ(driver.reply_to(first), nullptr);
  driver.hold_suggestions(false);
  EXPECT_EQ(std::get<AskedTrial>(driver.reply_to(first)->answer),
            std::get<AskedTrial>(driver.reply_to(second)->answer));
  EXPECT_THAT(driver.study().trials, SizeIs(2));
}

TEST_F(AskTest, AKeyIsOfNoUseOnceItsTrialHasEnded) {
  driver.create(outside_study(5));
  tell(hold(ask("mine")), 0.5);
  const effect::Reply& reply = ask_reply("mine");
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(reply.status.message(), HasSubstr("small/0, which is completed by now"));
}

// --- budgets

TEST_F(AskTest, ManyAskersNeverBeginMoreThanTheBudget) {
  driver.create(outside_study(5));
  driver.hold_suggestions(true);
  std::vector<RequestId> asks;
  for (int i = 0; i < 64; ++i) asks.push_back(begin_ask());
  driver.hold_suggestions(false);
  std::set<TrialNumber> handed_out;
  int refused = 0;
  for (const RequestId request : asks) {
    const effect::Reply& reply = *driver.reply_to(request);
    if (reply.status.ok())
      EXPECT_TRUE(handed_out.insert(std::get<AskedTrial>(reply.answer).trial).second);
    else
      refused += reply.status.code() == StatusCode::kResourceExhausted;
  }
  EXPECT_THAT(handed_out, SizeIs(5));
  EXPECT_EQ(refused, 59);
}

TEST_F(AskTest, AFailedTrialIsReplacedAndACompletedStudySaysSo) {
  driver.create(outside_study(2));
  tell(hold(ask()), ResultKind::kFailed);
  tell(hold(ask()), 0.5);
  tell(hold(ask()), 0.4);
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_THAT(driver.study().trials, SizeIs(3));
  EXPECT_EQ(ask_reply().status.code(), StatusCode::kOutOfRange);
}

TEST_F(AskTest, APausedStudyHandsOutNothingButTakesResults) {
  driver.create(outside_study(3));
  const AskedTrial asked = ask();
  driver.command("small", event::StudyVerb::kPauseNow);
  EXPECT_EQ(ask_reply().status.code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(standing(report(hold(asked), 1, 0.5)).go_on);
  EXPECT_EQ(standing(tell(hold(asked), 0.5)).state, TrialState::kCompleted);
  driver.command("small", event::StudyVerb::kResume);
  EXPECT_EQ(ask().trial, TrialNumber(1));
}

TEST_F(AskTest, ParallelCountsTrialsThatAreOut) {
  StudySpec spec = outside_study(9, 3);
  spec.parallel = 2;
  driver.create(spec);
  const AskedTrial first = ask();
  ask();
  EXPECT_EQ(ask_reply().status.code(), StatusCode::kResourceExhausted);
  tell(hold(first), 0.5);
  EXPECT_EQ(ask().trial, TrialNumber(2));
}

TEST_F(AskTest, WhatWaitsForTheSamplerIsToldWhenTheStudyEnds) {
  driver.create(outside_study(5));
  driver.hold_suggestions(true);
  ask();
  const RequestId waiting = begin_ask();
  driver.command("small", event::StudyVerb::kCancel);
  ASSERT_NE(driver.reply_to(waiting), nullptr);
  EXPECT_EQ(driver.reply_to(waiting)->status.code(), StatusCode::kOutOfRange);
}

TEST_F(AskTest, AGridThatIsExhaustedEndsTheStudy) {
  StudySpec spec = outside_study(100);
  spec.space = *SearchSpace::create({{"n", *Distribution::make_int(1, 3), {}}});
  spec.sampler = {};
  spec.sampler.type = "grid";
  driver.create(spec);
  for (int i = 0; i < 2; ++i) tell(hold(ask()), 0.5);
  const AskedTrial last = ask();
  EXPECT_EQ(ask_reply().status.code(), StatusCode::kResourceExhausted);
  tell(hold(last), 0.5);
  EXPECT_EQ(state(), StudyState::kCompleted);
}

// --- values that are given

TEST_F(AskTest, EnqueuedPointsComeFirst) {
  StudySpec spec = outside_study(5);
  spec.enqueue = {{{"lr", 0.01}}, {{"lr", 0.02}}};
  driver.create(spec);
  driver.enqueue({"small", {{"lr", 0.03}}});
  for (const double lr : {0.01, 0.02, 0.03}) EXPECT_EQ(ask().params.get_double("lr"), lr);
  EXPECT_TRUE(driver.trial(2).enqueued);
  ask();
  EXPECT_FALSE(driver.trial(3).enqueued);
}

TEST_F(AskTest, AnAskerMayFixValues) {
  StudySpec spec = outside_study(5);
  spec.space = *SearchSpace::create({{"lr", *Distribution::make_float(0.001, 0.1), {}},
                                     {"n", *Distribution::make_int(1, 9), {}}});
  spec.enqueue = {{{"lr", 0.05}}};
  driver.create(spec);
  const AskedTrial fixed = ask({}, {{"lr", 0.01}});
  EXPECT_EQ(fixed.params.get_double("lr"), 0.01);
  EXPECT_TRUE(fixed.params.contains("n"));
  EXPECT_EQ(ask().params.get_double("lr"), 0.05) << "what was enqueued still comes";
}

TEST_F(AskTest, FixedValuesAreChecked) {
  driver.create(outside_study(5));
  EXPECT_THAT(ask_reply({}, {{"lr", 7.0}}).status.message(), HasSubstr("lr"));
  EXPECT_THAT(ask_reply({}, {{"epochs", int64_t{3}}}).status.message(), HasSubstr("is a constant"));
  EXPECT_THAT(ask_reply({}, {{"momentum", 0.9}}).status.message(), HasSubstr("momentum"));
  EXPECT_THAT(driver.study().trials, SizeIs(0));
}

TEST_F(AskTest, AnAskerWithFixedValuesIsNotHandedWhatAnotherLost) {
  driver.create(outside_study(5));
  ask();
  driver.advance(kAskedLease);
  EXPECT_EQ(ask({}, {{"lr", 0.01}}).trial, TrialNumber(1));
  EXPECT_EQ(ask().trial, TrialNumber(0));
}

// --- leases

TEST_F(AskTest, ALeaseThatEndsIsRecordedAndTheTrialGoesToTheNextAsker) {
  driver.create(outside_study(5, 2));
  const AskedTrial lost = ask();
  report(hold(lost), 1, 0.5, 1);
  driver.advance(kAskedLease);
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
  for (const FoldSnapshot& fold : driver.trial(0).folds) {
    EXPECT_EQ(fold.state, FoldState::kPending);
    EXPECT_EQ(fold.attempts[0].state, AttemptState::kLost);
  }
  const AskedTrial again = ask();
  EXPECT_EQ(again.trial, lost.trial);
  EXPECT_EQ(again.params, lost.params);
  EXPECT_EQ(again.lease, 2);
  EXPECT_TRUE(driver.trial(0).folds[1].curve.empty()) << "the new holder trains from the beginning";
}

TEST_F(AskTest, WhoeverLostATrialToAnotherIsToldSo) {
  driver.create(outside_study(5));
  const AskedTrial lost = ask();
  driver.advance(kAskedLease);
  const AskedTrial again = ask();
  for (const effect::Reply& late :
       {tell(hold(lost), 0.1), report(hold(lost), 1, 0.1), driver.renew(hold(lost))}) {
    EXPECT_EQ(late.status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(late.status.message(), HasSubstr("lease 1 of small/0 is superseded"));
  }
  EXPECT_EQ(standing(tell(hold(again), 0.2)).value, 0.2);
  EXPECT_EQ(tell(hold(lost), 0.2).status.code(), StatusCode::kFailedPrecondition);
}

TEST_F(AskTest, ALateWordIsTakenWhileNobodyElseHasTheTrial) {
  driver.create(outside_study(5));
  const AskedTrial late = ask();
  report(hold(late), 1, 0.5);
  driver.advance(kAskedLease);
  EXPECT_TRUE(standing(report(hold(late), 2, 0.4)).go_on);
  EXPECT_THAT(driver.trial(0).folds[0].curve, ::testing::ElementsAre(0.5, 0.4));
  EXPECT_EQ(ask().trial, TrialNumber(1)) << "it is held again";
  driver.advance(kAskedLease);
  EXPECT_EQ(standing(tell(hold(late), 0.3)).value, 0.3);
}

TEST_F(AskTest, AnyWordRenewsTheLeaseOfItsTrialAlone) {
  driver.create(outside_study(5));
  const AskedTrial silent = ask();
  const AskedTrial reporting = ask();
  const AskedTrial renewing = ask();
  for (int64_t epoch = 1; epoch <= 3; ++epoch) {
    driver.advance(kAskedLease * 2 / 3);
    report(hold(reporting), epoch, 0.5);
    EXPECT_TRUE(standing(driver.renew(hold(renewing))).go_on);
  }
  EXPECT_EQ(driver.trial(0).folds[0].state, FoldState::kPending);
  EXPECT_EQ(driver.trial(1).folds[0].attempts.size(), 1u);
  EXPECT_EQ(driver.trial(2).folds[0].attempts.size(), 1u);
  EXPECT_EQ(ask().trial, silent.trial);
}

TEST_F(AskTest, ATrialThatIsLostTooOftenFails) {
  StudySpec spec = outside_study(5, 2);
  spec.resources.retries.worker_lost = 2;
  driver.create(spec);
  for (int64_t lease = 1; lease <= 3; ++lease) {
    EXPECT_EQ(ask().lease, lease);
    driver.advance(kAskedLease);
  }
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kLost);
  EXPECT_THAT(driver.ledger().end_of(TrialKey{StudyId(1), TrialNumber(0)})->message,
              HasSubstr("ask:box was silent for 60000 ms"));
  EXPECT_EQ(ask().trial, TrialNumber(1));
}

TEST_F(AskTest, AHolderThatComesBackWasNotLost) {
  StudySpec spec = outside_study(5);
  spec.resources.retries.worker_lost = 1;
  driver.create(spec);
  const AskedTrial slow = ask();
  for (int64_t epoch = 1; epoch <= 4; ++epoch) {
    driver.advance(kAskedLease);
    if (epoch == 3) driver.restart();
    EXPECT_TRUE(standing(report(hold(slow), epoch, 0.5)).go_on);
  }
  EXPECT_EQ(standing(tell(hold(slow), 0.5)).state, TrialState::kCompleted);
}

TEST_F(AskTest, WithoutALeaseNumberTheOnlyHolderIsMeant) {
  driver.create(outside_study(5));
  ask();
  EXPECT_TRUE(standing(report({"small", TrialNumber(0)}, 1, 0.5)).go_on);
  driver.advance(kAskedLease);
  ask();
  const effect::Reply reply = tell({"small", TrialNumber(0)}, 0.5);
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(reply.status.message(), HasSubstr("was handed out 2 times"));
  EXPECT_EQ(tell({"small", TrialNumber(0), 3}, 0.5).status.code(), StatusCode::kFailedPrecondition);
}

TEST_F(AskTest, ARestartForgetsNoHolder) {
  driver.create(outside_study(5, 2));
  const AskedTrial first = ask();
  const AskedTrial second = ask();
  report(hold(first), 1, 0.5);
  driver.advance(kAskedLease / 2);
  driver.restart();
  driver.advance(kAskedLease * 2 / 3);  // a full lease since the restart
  EXPECT_TRUE(standing(report(hold(first), 2, 0.4)).go_on);
  driver.advance(kAskedLease * 2 / 3);
  EXPECT_EQ(driver.trial(0).folds[0].attempts.size(), 1u);
  EXPECT_EQ(ask().trial, second.trial);
  EXPECT_EQ(ask().trial, TrialNumber(2));
}

TEST_F(AskTest, WhatIsToldStaysInOneHandAcrossARestart) {
  driver.create(outside_study(5));
  const AskedTrial lost = ask();
  driver.advance(kAskedLease);
  driver.restart();
  EXPECT_TRUE(standing(report(hold(lost), 1, 0.5)).go_on) << "nobody else has it";
  driver.advance(kAskedLease);
  const AskedTrial again = ask();
  driver.restart();
  EXPECT_EQ(tell(hold(lost), 0.1).status.code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(standing(tell(hold(again), 0.2)).value, 0.2);
}

// --- enqueueing

TEST_F(AskTest, EnqueuedPointsSurviveARestartAndAreNotDoubled) {
  driver.create(outside_study(5));
  EXPECT_THAT(driver.enqueue({"small", {{"lr", 0.03}}}).note, HasSubstr("1 point waits"));
  EXPECT_THAT(driver.enqueue({"small", {{"lr", 0.03}}}).note, HasSubstr("enqueued before"));
  EXPECT_THAT(driver.enqueue({"small", {{"lr", 0.03}}, true}).note, HasSubstr("2 points wait"));
  driver.restart();
  EXPECT_EQ(ask().params.get_double("lr"), 0.03);
  EXPECT_EQ(ask().params.get_double("lr"), 0.03);
}

TEST_F(AskTest, APointThatTheStudyCannotHaveIsRefused) {
  driver.create(outside_study(5));
  EXPECT_EQ(driver.enqueue({"small", {{"lr", 9.0}}}).status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(driver.enqueue({"small", {{"epochs", int64_t{1}}}}).status.code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(driver.enqueue({"other", {}}).status.code(), StatusCode::kNotFound);
}

TEST_F(AskTest, WorkersTrainEnqueuedPointsToo) {
  driver.create(small_study(4));
  driver.enqueue({"small", {{"lr", 0.03}}});
  driver.join("a");
  EXPECT_EQ(driver.trial(0).params.get_double("lr"), 0.03);
  driver.enqueue({"small", {{"lr", 0.04}}});
  driver.run_out();
  EXPECT_EQ(driver.trial(1).params.get_double("lr"), 0.04);
  EXPECT_EQ(count(TrialState::kCompleted), 4);
  EXPECT_THAT(driver.enqueue({"small", {{"lr", 0.05}}}).note, HasSubstr("study extend"));
}

}  // namespace
}  // namespace foldmill::engine
