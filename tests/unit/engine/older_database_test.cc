// A coordinator that was given a copy of its database older than what its workers know.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;

class OlderDatabaseTest : public EngineTest {
 protected:
  // A worker that is back, with an attempt of which the database has one epoch and its checkpoint.
  FakeWorker& come_back(StudySpec spec) {
    spec.resources.retries.worker_lost = 0;
    FakeWorker& worker = begin(std::move(spec));
    driver.train_epoch(worker, worker.attempt());
    driver.checkpoint(worker, worker.attempt(), 1, "one");
    driver.restart();
    driver.connect(worker);
    return worker;
  }
  void expect_parted(AttemptId attempt) {
    const auto* end = driver.ledger().end_of(attempt);
    ASSERT_NE(end, nullptr);
    EXPECT_EQ(end->outcome.state, AttemptState::kStopped);
    EXPECT_EQ(end->outcome.cause, EndCause::kPreempted);
    EXPECT_THAT(end->outcome.message, HasSubstr("this database knows 1: it is a copy older than"));
    EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
  }
  void expect_done_by_another_than(AttemptId attempt, FakeWorker& worker) {
    ASSERT_EQ(worker.tasks.size(), 1u);
    EXPECT_NE(worker.attempt(), attempt);
    EXPECT_EQ(worker.assignment().first_epoch(), 2);
    driver.complete(worker, worker.attempt());
    EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
    EXPECT_EQ(driver.trial(0).folds[0].curve.size(), 4u);
  }
};

TEST_F(OlderDatabaseTest, AnAttemptThatIsAheadOfItIsSupersededAtNoCost) {
  FakeWorker& worker = come_back(small_study(1, 1, 4));
  const AttemptId ahead = worker.attempt();
  EXPECT_EQ(driver.report(worker, ahead, 3, 0.5).verdict, AckVerdict::kSuperseded);
  expect_parted(ahead);
  expect_done_by_another_than(ahead, worker);
}

TEST_F(OlderDatabaseTest, SoIsOneThatHasOnlyItsEndToTell) {
  FakeWorker& worker = come_back(small_study(1, 1, 4));
  const AttemptId ahead = worker.attempt();
  driver.finish(worker, ahead, kSucceeded);
  expect_parted(ahead);
  expect_done_by_another_than(ahead, worker);
}

TEST_F(OlderDatabaseTest, AnAttemptThatIsNotAheadOfItGoesOn) {
  FakeWorker& worker = come_back(small_study(1, 1, 4));
  const AttemptId attempt = worker.attempt();
  EXPECT_EQ(driver.report(worker, attempt, 2, 0.5).verdict, AckVerdict::kAccepted);
  driver.complete(worker, attempt);
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
  EXPECT_EQ(driver.trial(0).folds[0].attempts.size(), 1u);
}

TEST_F(OlderDatabaseTest, AnAttemptOfTheSameNumberIsAnother) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  const AttemptId attempt = worker.attempt();
  driver.restart();
  worker.tasks.at(attempt).leased += std::chrono::microseconds(1);
  driver.connect(worker);
  ASSERT_NE(driver.ledger().end_of(attempt), nullptr);
  EXPECT_EQ(driver.ledger().end_of(attempt)->outcome.state, AttemptState::kLost);
  ASSERT_EQ(worker.tasks.size(), 1u);
  EXPECT_NE(worker.attempt(), attempt);
}

}  // namespace
}  // namespace foldmill::engine
