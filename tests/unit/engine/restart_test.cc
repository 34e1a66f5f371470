// What was decided before a restart holds after it: all of it is in the database.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using Verb = event::StudyVerb;

class RestartTest : public EngineTest {
 protected:
  effect::Reply command(Verb verb, int64_t trials = 0, bool relative = false) {
    return driver.command("small", verb, trials, relative);
  }
  // The worker had nothing to do with it: it is back with what it runs.
  void restart(EngineDriver& world, FakeWorker& worker) {
    world.restart();
    world.connect(worker);
  }
  void restart(FakeWorker& worker) { restart(driver, worker); }
};

TEST_F(RestartTest, WhatPauseNowAskedForBeforeItCostsNoRetry) {
  StudySpec spec = small_study(1);
  spec.resources.retries.worker_lost = 0;
  FakeWorker& worker = begin(spec);
  command(Verb::kPauseNow);
  restart(worker);
  command(Verb::kResume);  // before the worker has answered
  driver.finish(worker, worker.attempt(), given_back());
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 1);
}

TEST_F(RestartTest, WhatBeganAfterItHasToBeAskedToStop) {
  StudySpec spec = small_study(1);
  spec.resources.retries.worker_lost = 0;
  FakeWorker& worker = begin(spec);
  restart(worker);
  driver.finish(worker, worker.attempt(), given_back());
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
  driver.finish(worker, worker.attempt(), given_back());
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
}

TEST_F(RestartTest, ACheckpointThatNobodyCouldGoOnFromHasCostNoRetry) {
  StudySpec spec = small_study(1, 1, 4);
  spec.resources.retries.error = 1;
  FakeWorker& worker = begin(spec);
  driver.train_epoch(worker, worker.attempt());
  driver.checkpoint(worker, worker.attempt(), 1, "torn");
  driver.finish(worker, worker.attempt(), failed(EndCause::kLost));
  const AttemptId stuck = worker.attempt();
  driver.finish(worker, stuck, failed(EndCause::kUserError, "is torn"));
  const AttemptOutcome& outcome = driver.ledger().end_of(stuck)->outcome;
  EXPECT_EQ(outcome.state, AttemptState::kStopped);
  EXPECT_EQ(outcome.cause, EndCause::kUserError);
  EXPECT_THAT(outcome.message,
              HasSubstr("could not go on from the checkpoint of epoch 1: is torn"));
  restart(worker);
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
}

TEST_F(RestartTest, FailuresBeforeAResumeStayForgiven) {
  EngineOptions strict;
  strict.max_consecutive_failures = 2;
  EngineDriver world(strict);
  world.create(small_study(9));
  FakeWorker& worker = world.join("a");
  const auto fail_one = [&] {
    world.advance(seconds(1));
    world.finish(worker, worker.attempt(), failed(EndCause::kUserError));
    return world.study().state;
  };
  fail_one();
  ASSERT_EQ(fail_one(), StudyState::kFailed);
  world.advance(seconds(1));
  ASSERT_TRUE(world.command("small", Verb::kResume).status.ok());
  restart(world, worker);
  EXPECT_EQ(fail_one(), StudyState::kActive);
  restart(world, worker);
  EXPECT_EQ(fail_one(), StudyState::kFailed) << "those after it count";
  EXPECT_THAT(world.violations(), ::testing::IsEmpty());
}

TEST_F(RestartTest, AStoppingStudyDoesNotReplaceATrialThatFails) {
  for (const int64_t budget : {10, 2}) {
    EngineDriver world;
    world.create(small_study(budget));
    FakeWorker& worker = world.join("a", 2);
    world.command("small", Verb::kStop);
    restart(world, worker);
    world.finish(worker, worker.attempt(), failed(EndCause::kUserError));
    world.run_out();
    EXPECT_EQ(world.study().state, StudyState::kCompleted);
    EXPECT_EQ(world.study().trials.size(), 2u) << "of a budget of " << budget;
    EXPECT_EQ(world.ledger().reason(StudyId(1)), "stopped on request");
    EXPECT_THAT(world.violations(), ::testing::IsEmpty());
  }
}

TEST_F(RestartTest, AStoppingStudyGetsItsBudgetBack) {
  FakeWorker& worker = begin(small_study(10), 2);
  command(Verb::kStop);
  restart(worker);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(reason(), "stopped on request");
  EXPECT_EQ(count(TrialState::kCompleted), 2);
  EXPECT_EQ(driver.study().spec.trials, 10);
  restart(worker);
  EXPECT_TRUE(command(Verb::kResume).status.ok());
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 10);
}

TEST_F(RestartTest, AStoppingStudyIsExtendedFromTheBudgetItHad) {
  for (const int64_t budget : {5, 1}) {
    EngineDriver world;
    world.create(small_study(budget));
    FakeWorker& worker = world.join("a");
    world.command("small", Verb::kStop);
    restart(world, worker);
    EXPECT_TRUE(world.command("small", Verb::kExtend, 1, true).status.ok());
    restart(world, worker);
    world.run_out();
    EXPECT_EQ(world.ledger().count(StudyId(1), TrialState::kCompleted), budget + 1);
    EXPECT_THAT(world.violations(), ::testing::IsEmpty());
  }
}

TEST_F(RestartTest, AStopThatWasTakenBackStaysTakenBack) {
  FakeWorker& worker = begin(small_study(1));
  command(Verb::kStop);
  command(Verb::kExtend, 1);
  restart(worker);
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError));
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 1);
}

TEST_F(RestartTest, AStoppingStudyThatIsCancelledHasTheBudgetItHad) {
  FakeWorker& worker = begin(small_study(10), 2);
  command(Verb::kStop);
  command(Verb::kCancel);
  restart(worker);
  EXPECT_EQ(driver.study().spec.trials, 10);
  EXPECT_TRUE(command(Verb::kResume).status.ok());
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 10);
}

}  // namespace
}  // namespace foldmill::engine
