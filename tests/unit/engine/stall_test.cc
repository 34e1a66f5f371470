// Attempts whose epochs stop coming though their worker is well, and a coordinator that itself
// stood still.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

class StallTest : public EngineTest {
 protected:
  static constexpr seconds kFloor{600};
  static constexpr seconds kStart{3600};

  // Workers that are well say so every five seconds.
  void pass(seconds time, std::vector<FakeWorker*> well) {
    for (seconds passed{0}; passed < time; passed += seconds(5)) {
      driver.advance(seconds(5));
      for (FakeWorker* worker : well) driver.send(event::Heartbeat{worker->session});
    }
  }
  const AttemptOutcome* outcome(AttemptId attempt) {
    const auto* end = driver.ledger().end_of(attempt);
    return end == nullptr ? nullptr : &end->outcome;
  }
};

TEST_F(StallTest, IsTakenBackAndTriedElsewhere) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  FakeWorker& other = driver.join("b");
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "one");
  pass(kFloor - seconds(5), {&worker, &other});
  EXPECT_EQ(outcome(attempt), nullptr);
  pass(seconds(10), {&worker, &other});
  ASSERT_NE(outcome(attempt), nullptr);
  EXPECT_EQ(outcome(attempt)->state, AttemptState::kLost);
  EXPECT_EQ(outcome(attempt)->cause, EndCause::kStalled);
  EXPECT_THAT(outcome(attempt)->message, HasSubstr("worker a is well, but no epoch came for 600"));
  EXPECT_EQ(worker.tasks.at(attempt).stop, EndCause::kCancelled);
  ASSERT_EQ(other.tasks.size(), 1u);
  EXPECT_EQ(other.assignment().first_epoch(), 2);
  // What the hung one still says is that of a stranger; then its slot is free again.
  EXPECT_EQ(driver.report(worker, attempt, 2, 0.5).verdict, AckVerdict::kSuperseded);
  driver.complete(other, other.attempt());
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
}

TEST_F(StallTest, TheFirstOfAllHasLonger) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  pass(kStart - seconds(5), {&worker});
  EXPECT_EQ(outcome(attempt), nullptr);
  pass(seconds(10), {&worker});
  ASSERT_NE(outcome(attempt), nullptr);
  EXPECT_EQ(outcome(attempt)->cause, EndCause::kStalled);
}

TEST_F(StallTest, CountsAmongTheRetriesAlsoAcrossARestart) {
  StudySpec spec = small_study(1);
  spec.resources.retries.worker_lost = 2;
  FakeWorker& worker = begin(spec);
  for (int attempt = 0; attempt < 3; ++attempt) {
    ASSERT_EQ(driver.trial(0).state, TrialState::kRunning) << attempt;
    const AttemptId hung = worker.attempt();
    pass(kStart * (1 << attempt) - seconds(5), {&worker});
    ASSERT_EQ(outcome(hung), nullptr) << "the patience doubles each time";
    pass(seconds(10), {&worker});
    ASSERT_NE(outcome(hung), nullptr);
    driver.finish(worker, hung, {AttemptState::kStopped, EndCause::kCancelled, {}});
    driver.restart();
    driver.connect(worker);
  }
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kStalled);
}

TEST_F(StallTest, ItsSlotIsFreeOnceTheWorkerHasKilledIt) {
  FakeWorker& worker = begin(small_study(2));
  const AttemptId hung = worker.attempt();
  pass(kStart + seconds(5), {&worker});
  EXPECT_EQ(worker.tasks.size(), 1u);  // it is still there
  driver.finish(worker, hung, {AttemptState::kStopped, EndCause::kCancelled, {}});
  ASSERT_EQ(worker.tasks.size(), 1u);
  EXPECT_NE(worker.attempt(), hung);
}

TEST_F(StallTest, AWorkerThatIsAwayKeepsItsReports) {
  EngineOptions patient;
  patient.lease = std::chrono::hours(24);
  EngineDriver world(patient);
  world.create(small_study(1, 1, 4));
  FakeWorker& worker = world.join("a");
  const AttemptId attempt = worker.attempt();
  world.train_epoch(worker, attempt);
  world.advance(seconds(20));  // its network goes first
  world.disconnect(worker);
  world.advance(std::chrono::hours(5));
  world.connect(worker);
  world.advance(kFloor - seconds(1));
  EXPECT_EQ(world.ledger().end_of(attempt), nullptr) << "the wait begins anew when it is back";
  world.advance(seconds(2));
  ASSERT_NE(world.ledger().end_of(attempt), nullptr);
  EXPECT_EQ(world.ledger().end_of(attempt)->outcome.cause, EndCause::kStalled);
}

TEST_F(StallTest, NoWorkerIsSilentForACoordinatorThatStoodStill) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.oversleep(seconds(90));
  EXPECT_EQ(outcome(attempt), nullptr);
  EXPECT_EQ(driver.train_epoch(worker, attempt).verdict, AckVerdict::kAccepted);
  driver.oversleep(seconds(3600));
  EXPECT_EQ(outcome(attempt), nullptr);
  EXPECT_EQ(driver.train_epoch(worker, attempt).verdict, AckVerdict::kAccepted);
}

TEST_F(StallTest, StandingStillForLongerThanALeaseIsAlwaysNoticed) {
  for (int since_heartbeat = 0; since_heartbeat <= 5; ++since_heartbeat) {
    for (int length = 1; length < 60; ++length) {
      EngineDriver world;
      world.create(small_study(1));
      FakeWorker& worker = world.join("a");
      world.advance(seconds(length % 10));  // anywhere between two looks at the clock
      world.send(event::Heartbeat{worker.session});
      world.advance(seconds(since_heartbeat));
      world.oversleep(seconds(length));
      EXPECT_EQ(world.ledger().end_of(worker.attempt()), nullptr)
          << since_heartbeat << " s after a heartbeat, for " << length << " s";
    }
  }
}

TEST_F(StallTest, WhoDiedMeanwhileIsMissedALeaseLater) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  driver.oversleep(seconds(90));
  driver.advance(seconds(29));
  EXPECT_EQ(outcome(attempt), nullptr);
  driver.advance(seconds(2));
  ASSERT_NE(outcome(attempt), nullptr);
  EXPECT_EQ(outcome(attempt)->cause, EndCause::kLost);
}

}  // namespace
}  // namespace foldmill::engine
