// Workers that come, go, come back, fall silent and drain.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

class WorkerTest : public EngineTest {
 protected:
  FakeWorker& begin(int64_t slots = 1) {
    driver.create(small_study(4, 1, 4));
    return driver.join("a", slots);
  }
  const AttemptOutcome* outcome(AttemptId attempt) {
    const auto* end = driver.ledger().end_of(attempt);
    return end == nullptr ? nullptr : &end->outcome;
  }
  std::string seen(const std::string& name) { return driver.ledger().worker(name)->state; }
};

TEST_F(WorkerTest, IsWelcomedUnderTheIdOfItsName) {
  driver.join("a");
  EXPECT_EQ(driver.performed<effect::SendWelcome>().at(0).worker, WorkerId(1));
  FakeWorker& b = driver.join("b");
  EXPECT_EQ(driver.performed<effect::SendWelcome>().at(0).worker, WorkerId(2));
  driver.disconnect(b);
  EXPECT_EQ(seen("b"), "lost");
  driver.restart();
  driver.connect(b);
  EXPECT_EQ(driver.performed<effect::SendWelcome>().at(0).worker, WorkerId(2));
  EXPECT_EQ(seen("b"), "ready");
}

TEST_F(WorkerTest, ComesBackAndKeepsWhatItRuns) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.disconnect(worker);
  driver.advance(Milliseconds(2'400));
  driver.connect(worker);
  EXPECT_EQ(driver.performed<effect::SendWelcome>().at(0).keep, std::vector<AttemptId>{attempt});
  driver.advance(Milliseconds(29'000));  // the lease is a full one again
  EXPECT_EQ(driver.train_epoch(worker, attempt).verdict, AckVerdict::kAccepted);
}

TEST_F(WorkerTest, ANewSessionOfTheSameNameReplacesTheOld) {
  FakeWorker& worker = begin();
  const SessionId old = worker.session;
  driver.connect(worker);  // the coordinator has not noticed that the old one broke
  ASSERT_EQ(driver.performed<effect::CloseSession>().size(), 1u);
  EXPECT_EQ(driver.performed<effect::CloseSession>()[0].session, old);
  EXPECT_EQ(driver.performed<effect::CloseSession>()[0].why.code(), StatusCode::kCancelled);
  EXPECT_EQ(worker.tasks.size(), 1u);
  driver.send(event::WorkerLeft{old, "at last"});  // does not touch the new one
  EXPECT_EQ(driver.train_epoch(worker, worker.attempt()).verdict, AckVerdict::kAccepted);
}

TEST_F(WorkerTest, AReplacedSessionIsNotHeard) {
  FakeWorker& worker = begin();
  const SessionId old = worker.session;
  const AttemptId attempt = worker.attempt();
  driver.connect(worker);
  driver.send(event::EpochReported{old, 1, attempt, {.epoch = 1, .metrics = {{"val_loss", 1}}}});
  EXPECT_TRUE(driver.trial(0).folds[0].curve.empty());
  EXPECT_TRUE(driver.performed<effect::SendAck>().empty());
}

TEST_F(WorkerTest, OnlyWhatIsLiveAfterTheLossesIsKept) {
  StudySpec spec = small_study(1, 2, 4);
  spec.resources.retries.worker_lost = 0;
  driver.create(spec);
  FakeWorker& worker = driver.join("a", 2);
  ASSERT_EQ(worker.tasks.size(), 2u);
  driver.disconnect(worker);
  worker.tasks.erase(std::prev(worker.tasks.end()));  // the trial fails with it
  driver.connect(worker);
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_TRUE(driver.performed<effect::SendWelcome>().at(0).keep.empty());
}

TEST_F(WorkerTest, WhatAReplacedSessionHasSavedIsNotDeleted) {
  FakeWorker& worker = begin();
  const SessionId old = worker.session;
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.connect(worker);
  driver.send(event::CheckpointSaved{old, 2, attempt, {1, testing::fake_artifact("one")}});
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  EXPECT_EQ(driver.checkpoint(worker, attempt, 1, "one").verdict, AckVerdict::kAccepted);
}

TEST_F(WorkerTest, ANewProcessHasLostWhatTheOldOneRan) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.replace_process(worker);
  driver.connect(worker);
  ASSERT_NE(outcome(attempt), nullptr);
  EXPECT_EQ(outcome(attempt)->state, AttemptState::kLost);
  EXPECT_EQ(worker.assignment().fold.trial, TrialNumber(0));  // at once, on the only worker
}

TEST_F(WorkerTest, AnotherInstanceCannotClaimTheOldOnesAttempts) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.disconnect(worker);
  worker.instance = "second";
  driver.connect(worker);
  EXPECT_TRUE(driver.performed<effect::SendWelcome>().at(0).keep.empty());
  EXPECT_EQ(outcome(attempt)->state, AttemptState::kLost);
}

TEST_F(WorkerTest, AnotherProcessOfTheSameNameSendsTheOldOneAway) {
  FakeWorker& worker = begin();
  worker.instance = "second";
  driver.connect(worker);
  ASSERT_EQ(driver.performed<effect::CloseSession>().size(), 1u);
  EXPECT_EQ(driver.performed<effect::CloseSession>()[0].why.code(), StatusCode::kAlreadyExists);
}

TEST_F(WorkerTest, AnAttemptItNoLongerHasIsLostAtOnce) {
  FakeWorker& worker = begin(2);
  const AttemptId first = worker.attempt();
  const AttemptId second = std::next(worker.tasks.begin())->first;
  driver.disconnect(worker);
  worker.tasks.erase(first);
  driver.connect(worker);
  EXPECT_EQ(driver.performed<effect::SendWelcome>().at(0).keep, std::vector<AttemptId>{second});
  EXPECT_EQ(outcome(first)->state, AttemptState::kLost);
}

TEST_F(WorkerTest, WhatItSaysItRunsButHoldsNoMoreIsNotKept) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.disconnect(worker);
  driver.advance(Milliseconds(30'001));
  ASSERT_NE(outcome(attempt), nullptr);
  driver.connect(worker);
  EXPECT_TRUE(driver.performed<effect::SendWelcome>().at(0).keep.empty());
  EXPECT_FALSE(worker.tasks.contains(attempt));
  EXPECT_EQ(worker.tasks.size(), 1u);  // its slot is free again
}

// Keepalive has closed the connection: the worker may sit behind a network that is away.
TEST_F(WorkerTest, AConnectionThatBreaksAfterASilenceLeavesTheLeaseAsItIs) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.advance(Milliseconds(10'001));
  driver.disconnect(worker);
  driver.advance(Milliseconds(19'998));
  EXPECT_EQ(outcome(attempt), nullptr);
  driver.advance(Milliseconds(1));
  ASSERT_NE(outcome(attempt), nullptr);
  EXPECT_EQ(outcome(attempt)->message, "worker a was silent for 30000 ms");
}

TEST_F(WorkerTest, AConnectionThatBreaksIsWaitedForSomeSeconds) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "one");
  FakeWorker& other = driver.join("b");
  const size_t busy = other.tasks.size();
  driver.disconnect(worker);
  driver.advance(Milliseconds(2'499));
  EXPECT_EQ(outcome(attempt), nullptr);
  driver.advance(Milliseconds(1));
  ASSERT_NE(outcome(attempt), nullptr);
  EXPECT_EQ(outcome(attempt)->cause, EndCause::kLost);
  EXPECT_EQ(outcome(attempt)->message,
            "the connection of worker a broke, and it was not back within 2500 ms");
  driver.complete(other, other.attempt());
  ASSERT_EQ(other.tasks.size(), busy);
  EXPECT_EQ(other.assignment().fold.trial, TrialNumber(0));
  EXPECT_EQ(other.assignment().first_epoch(), 2);
}

TEST_F(WorkerTest, ASilentWorkerIsLostThoughItsStreamIsOpen) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  FakeWorker& other = driver.join(FakeWorker{.name = "b", .models = {"command"}});
  driver.advance(Milliseconds(30'000));
  EXPECT_EQ(outcome(attempt)->state, AttemptState::kLost);
  EXPECT_TRUE(other.tasks.empty());
  // It wakes up: told to let go, then it may have the slot filled again.
  EXPECT_EQ(driver.report(worker, attempt, 1, 0.5).verdict, AckVerdict::kSuperseded);
  EXPECT_EQ(worker.tasks.size(), 1u);
}

TEST_F(WorkerTest, AnyWordRenewsTheLease) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  for (int i = 0; i < 10; ++i) {
    driver.advance(Milliseconds(20'000));
    driver.send(event::Heartbeat{worker.session});
  }
  EXPECT_EQ(outcome(attempt), nullptr);
}

TEST_F(WorkerTest, LostTooOftenFailsTheTrial) {
  FakeWorker& worker = begin();
  for (int lost = 0; lost < 4; ++lost) {
    EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
    driver.replace_process(worker);
    driver.connect(worker);
  }
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kLost);
}

TEST_F(WorkerTest, OneWorkersDeathTakesFoldsOfOneTrialTogether) {
  StudySpec spec = small_study(1, 3);
  spec.resources.retries.worker_lost = 0;
  driver.create(spec);
  FakeWorker& worker = driver.join("a", 3);
  driver.disconnect(worker);
  driver.advance(Milliseconds(30'000));
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(driver.ledger().live_attempts(StudyId(1)), 0);
}

TEST_F(WorkerTest, DrainingTakesNothingMoreAndBurnsNoRetry) {
  StudySpec spec = small_study(2, 1, 4);
  spec.resources.retries.worker_lost = 0;
  driver.create(spec);
  FakeWorker& worker = driver.join("a", 1);
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "one");
  driver.drain(worker);
  EXPECT_EQ(seen("a"), "draining");
  EXPECT_TRUE(worker.dismissed);
  driver.finish(worker, attempt, given_back());
  EXPECT_TRUE(worker.tasks.empty());
  EXPECT_EQ(driver.trial(0).folds[0].state, FoldState::kPending);
  driver.disconnect(worker);
  EXPECT_EQ(seen("a"), "gone");
  FakeWorker& other = driver.join("b");
  EXPECT_EQ(other.assignment().first_epoch(), 2);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 2);
}

TEST_F(WorkerTest, ARestartedCoordinatorAdoptsWhatStillRuns) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.restart();
  driver.advance(Milliseconds(29'000));  // a full lease from the restart
  EXPECT_EQ(outcome(attempt), nullptr);
  driver.connect(worker);
  EXPECT_EQ(driver.train_epoch(worker, attempt).verdict, AckVerdict::kAccepted);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 4);
}

TEST_F(WorkerTest, ARestartedCoordinatorGivesUpOnWhoDoesNotComeBack) {
  FakeWorker& worker = begin();
  const AttemptId attempt = worker.attempt();
  driver.restart();
  driver.advance(Milliseconds(30'000));
  ASSERT_NE(outcome(attempt), nullptr);
  driver.join("b");
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 4);
}

TEST_F(WorkerTest, WordsOfAnUnknownSessionAreIgnored) {
  driver.send(event::Heartbeat{SessionId(55)});
  driver.send(event::WorkerDraining{SessionId(55)});
  driver.send(event::WorkerLeft{SessionId(55), "?"});
  driver.send(event::AttemptStarted{SessionId(55), 1, AttemptId(1)});
  EXPECT_TRUE(driver.performed<effect::SendAck>().empty());
}

}  // namespace
}  // namespace foldmill::engine
