// Creating studies, and the verbs on them.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;
using Verb = event::StudyVerb;

class StudyCommandTest : public EngineTest {
 protected:
  FakeWorker& begin(int64_t trials, int64_t slots = 1) {
    driver.create(small_study(trials));
    return driver.join("a", slots);
  }
  effect::Reply command(Verb verb, int64_t trials = 0, bool relative = false) {
    return driver.command("small", verb, trials, relative);
  }
};

TEST_F(StudyCommandTest, CreatingAnswersWithTheId) {
  const auto reply = driver.create(small_study(3));
  EXPECT_TRUE(reply.status.ok());
  EXPECT_EQ(reply.study, StudyId(1));
  EXPECT_EQ(driver.performed<effect::StudyChanged>().size(), 1u);
}

TEST_F(StudyCommandTest, CreatingTheSameAgainIsAnsweredWithTheStudyThereIs) {
  driver.create(small_study(3));
  StudySpec again = small_study(3);
  again.source = "# a comment\n";
  again.notes = "later";
  const auto reply = driver.create(again);
  EXPECT_TRUE(reply.status.ok());
  EXPECT_EQ(reply.study, StudyId(1));
  EXPECT_THAT(reply.note, HasSubstr("exists already"));
  EXPECT_TRUE(driver.performed<effect::StudyChanged>().empty());
}

TEST_F(StudyCommandTest, CreatingWithALargerBudgetSaysHowToExtend) {
  driver.create(small_study(3));
  const auto reply = driver.create(small_study(5));
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(reply.status.message(), HasSubstr("foldmill study extend small --trials 5"));
}

TEST_F(StudyCommandTest, CreatingAnExtendedStudyFromItsOldFileIsTheSame) {
  driver.create(small_study(3));
  command(Verb::kExtend, 9);
  EXPECT_TRUE(driver.create(small_study(3)).status.ok());
}

TEST_F(StudyCommandTest, CreatingAnotherOfTheNameSaysInWhatItDiffers) {
  driver.create(small_study(3));
  StudySpec other = small_study(3);
  other.pruning.type = "median";
  const auto reply = driver.create(other);
  EXPECT_EQ(reply.status.code(), StatusCode::kAlreadyExists);
  EXPECT_THAT(reply.status.message(), HasSubstr("differs in pruning"));
}

TEST_F(StudyCommandTest, CreatingWithAnUnknownPrunerIsRefused) {
  StudySpec spec = small_study(3);
  spec.pruning.type = "crystal ball";
  EXPECT_EQ(driver.create(spec).status.code(), StatusCode::kInvalidArgument);
}

TEST_F(StudyCommandTest, AnUnknownStudyIsAnsweredWithTheNearestName) {
  driver.create(small_study(3));
  const auto reply = driver.command("smal", Verb::kPause);
  EXPECT_EQ(reply.status.code(), StatusCode::kNotFound);
  EXPECT_THAT(reply.status.message(), HasSubstr("did you mean small?"));
}

TEST_F(StudyCommandTest, PauseLetsFoldsFinishAndBeginsNothing) {
  FakeWorker& worker = begin(3);
  EXPECT_TRUE(command(Verb::kPause).status.ok());
  EXPECT_EQ(state(), StudyState::kPaused);
  EXPECT_EQ(worker.tasks.begin()->second.stop, std::nullopt);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 1);
  EXPECT_EQ(state(), StudyState::kPaused);
  EXPECT_TRUE(command(Verb::kResume).status.ok());
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
}

TEST_F(StudyCommandTest, PauseNowGetsTheAttemptsBackAtTheirCheckpoints) {
  FakeWorker& worker = begin(3);
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  command(Verb::kPauseNow);
  EXPECT_EQ(worker.tasks.at(attempt).stop, EndCause::kPreempted);
  driver.checkpoint(worker, attempt, 1, "one");
  driver.finish(worker, attempt, given_back());
  EXPECT_TRUE(worker.tasks.empty());
  command(Verb::kResume);
  EXPECT_EQ(worker.assignment().first_epoch(), 2);
}

TEST_F(StudyCommandTest, APausedStudyStaysPausedOverARestart) {
  FakeWorker& worker = begin(3);
  command(Verb::kPause);
  driver.restart();
  driver.connect(worker);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 1);
}

TEST_F(StudyCommandTest, ThePausedStudysLastTrialCompletesIt) {
  begin(1);
  command(Verb::kPause);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
}

TEST_F(StudyCommandTest, StopFinishesTheRunningTrialsAndKeepsTheBudget) {
  begin(10, 2);
  EXPECT_THAT(command(Verb::kStop).note, HasSubstr("2 trials will finish first"));
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 2);
  EXPECT_EQ(driver.study().spec.trials, 10);
  EXPECT_TRUE(command(Verb::kResume).status.ok());
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 10);
}

TEST_F(StudyCommandTest, StopOutlivesARestart) {
  FakeWorker& worker = begin(10);
  command(Verb::kStop);
  driver.restart();
  driver.connect(worker);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 1);
}

TEST_F(StudyCommandTest, StopDoesNotReplaceATrialThatFails) {
  FakeWorker& worker = begin(10, 2);
  command(Verb::kStop);
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(driver.study().trials.size(), 2u);
}

TEST_F(StudyCommandTest, WhatPauseNowGetsBackCostsNoRetry) {
  StudySpec spec = small_study(1);
  spec.resources.retries.worker_lost = 0;
  driver.create(spec);
  FakeWorker& worker = driver.join("a");
  command(Verb::kPauseNow);
  command(Verb::kResume);  // before the worker has answered
  driver.finish(worker, worker.attempt(), given_back());
  command(Verb::kPauseNow);
  driver.restart();
  driver.connect(worker);
  driver.finish(worker, worker.attempt(), given_back());
  command(Verb::kResume);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 1);
}

TEST_F(StudyCommandTest, StopOfAnIdleStudyCompletesItAtOnce) {
  driver.create(small_study(10));
  command(Verb::kStop);
  EXPECT_EQ(state(), StudyState::kCompleted);
}

TEST_F(StudyCommandTest, StopOfAPausedStudyLetsItsTrialsFinish) {
  FakeWorker& worker = begin(10);
  command(Verb::kPauseNow);
  driver.finish(worker, worker.attempt(), given_back());
  command(Verb::kStop);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 1);
}

TEST_F(StudyCommandTest, CancelStopsEverything) {
  FakeWorker& worker = begin(10, 2);
  driver.train_epoch(worker, worker.attempt());
  driver.checkpoint(worker, worker.attempt(), 1, "one");
  command(Verb::kCancel);
  EXPECT_EQ(state(), StudyState::kCancelled);
  EXPECT_EQ(count(TrialState::kCancelled), 2);
  for (const auto& [attempt, task] : worker.tasks) EXPECT_EQ(task.stop, EndCause::kCancelled);
  driver.run_out();
  EXPECT_EQ(driver.study().trials.size(), 2u);
}

TEST_F(StudyCommandTest, ACancelledStudyCanBeResumed) {
  begin(3);
  command(Verb::kCancel);
  EXPECT_TRUE(command(Verb::kResume).status.ok());
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 3);
}

TEST_F(StudyCommandTest, ResumeOfACompletedStudySaysToExtend) {
  begin(1);
  driver.run_out();
  const auto reply = command(Verb::kResume);
  EXPECT_EQ(reply.status.code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(reply.status.message(), HasSubstr("foldmill study extend small --trials N"));
}

TEST_F(StudyCommandTest, ResumeAfterTheTimeLimitIsRefused) {
  StudySpec spec = small_study(3);
  spec.timeout_seconds = 1;
  driver.create(spec);
  driver.advance(Milliseconds(2000));
  EXPECT_EQ(command(Verb::kResume).status.code(), StatusCode::kFailedPrecondition);
}

TEST_F(StudyCommandTest, ResumeOfAnActiveStudyChangesNothing) {
  begin(3);
  EXPECT_TRUE(command(Verb::kResume).status.ok());
  EXPECT_TRUE(driver.performed<effect::StudyChanged>().empty());
}

TEST_F(StudyCommandTest, ExtendReopensACompletedStudy) {
  begin(1);
  driver.run_out();
  EXPECT_TRUE(command(Verb::kExtend, 3).status.ok());
  EXPECT_EQ(state(), StudyState::kActive);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 3);
  EXPECT_TRUE(command(Verb::kExtend, 2, true).status.ok());
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 5);
}

TEST_F(StudyCommandTest, ExtendToLessIsRefused) {
  begin(5);
  EXPECT_EQ(command(Verb::kExtend, 4).status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(command(Verb::kExtend, -1, true).status.code(), StatusCode::kInvalidArgument);
}

TEST_F(StudyCommandTest, ExtendBeyondAllMeasureIsRefused) {
  begin(5);
  EXPECT_EQ(command(Verb::kExtend, kMaxTrials + 1).status.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(command(Verb::kExtend, kMaxTrials, true).status.code(), StatusCode::kInvalidArgument);
}

TEST_F(StudyCommandTest, ExtendTakesAStopBack) {
  begin(5);
  command(Verb::kStop);
  command(Verb::kExtend, 6);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 6);
}

TEST_F(StudyCommandTest, AFinishedStudyCannotBePausedStoppedOrCancelled) {
  begin(1);
  driver.run_out();
  for (Verb verb : {Verb::kPause, Verb::kPauseNow, Verb::kStop, Verb::kCancel})
    EXPECT_EQ(command(verb).status.code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace foldmill::engine
