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
    EXPECT_THAT(end->outcome.message, HasSubstr(": it is a copy older than what the worker was"));
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
  EXPECT_THAT(driver.ledger().end_of(ahead)->outcome.message, HasSubstr("this database knows 1:"));
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

// A copy that was made between an attempt's last epoch and its last file.
class OlderThanAFileTest : public EngineTest {
 protected:
  void train_and_come_back() {
    StudySpec spec = small_study(1, 1, 2);
    spec.resources.retries.worker_lost = 0;
    worker_ = &begin(std::move(spec));
    attempt_ = worker_->attempt();
    driver.train_epoch(*worker_, attempt_);
    driver.checkpoint(*worker_, attempt_, 1, "one");
    driver.train_epoch(*worker_, attempt_);
    driver.artifact(*worker_, attempt_, "weights");
    driver.restart();
    driver.connect(*worker_);
  }
  const AttemptOutcome& end() { return driver.ledger().end_of(attempt_)->outcome; }

  const NamedArtifacts kKnown{{"state_dict.pt", testing::fake_artifact("weights")}};
  FakeWorker* worker_ = nullptr;
  AttemptId attempt_;
};

TEST_F(OlderThanAFileTest, AnAttemptWhoseFileItLacksIsPartedWith) {
  train_and_come_back();
  NamedArtifacts kept = kKnown;
  kept["model.safetensors"] = testing::fake_artifact("model");
  driver.finish(*worker_, attempt_, kSucceeded, kept);
  EXPECT_EQ(end().state, AttemptState::kStopped);
  EXPECT_THAT(end().message, HasSubstr("its artifact 'model.safetensors' was not recorded here"));
  ASSERT_EQ(worker_->tasks.size(), 1u);
  EXPECT_EQ(worker_->assignment().first_epoch(), 1) << "who goes on may not make it again";
  driver.complete(*worker_, worker_->attempt());
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
  EXPECT_EQ(driver.trial(0).folds[0].curve.size(), 2u);
}

TEST_F(OlderThanAFileTest, SoIsOneOfWhichItHasAnEarlierFileOfThatName) {
  train_and_come_back();
  driver.finish(*worker_, attempt_, kSucceeded,
                {{"state_dict.pt", testing::fake_artifact("better weights")}});
  EXPECT_EQ(end().state, AttemptState::kStopped);
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
}

TEST_F(OlderThanAFileTest, OneWhoseFilesItHasIsCompleted) {
  train_and_come_back();
  driver.finish(*worker_, attempt_, kSucceeded, kKnown);
  EXPECT_EQ(end().state, AttemptState::kSucceeded);
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
}

TEST_F(OlderThanAFileTest, OfAWorkerThatDoesNotSayWhatItKeptNothingIsExpected) {
  train_and_come_back();
  driver.finish(*worker_, attempt_, kSucceeded);
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
}

TEST_F(OlderThanAFileTest, WithoutARestartItIsSomebodysFaultAndCountsAmongTheRetries) {
  FakeWorker& worker = begin(small_study(1, 1, 2));
  attempt_ = worker.attempt();
  for (int epoch = 0; epoch < 2; ++epoch) driver.train_epoch(worker, attempt_);
  driver.finish(worker, attempt_, kSucceeded, kKnown);
  EXPECT_EQ(end().state, AttemptState::kLost);
  EXPECT_EQ(driver.trial(0).state, TrialState::kRunning);
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
