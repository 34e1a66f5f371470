#include <gmock/gmock.h>

#include <filesystem>

#include "storage/study_reader.h"
#include "tests/integration/coordinator_fixture.h"

namespace foldmill::coordinator {
namespace {

using foldmill::testing::FakeWorker;
using proto::AckVerdict;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A coordinator that ends and is started again on the same database.
class RestartTest : public CoordinatorFixture {
 protected:
  void restart() {
    coordinator_.reset();
    start();
  }

  static void expect_acks(FakeWorker& worker, std::initializer_list<AckVerdict> verdicts) {
    for (const AckVerdict verdict : verdicts) EXPECT_EQ(next_ack(worker).verdict, verdict);
  }

  // From the first report to the end, as a worker does it that nothing happens to.
  static void work_off(FakeWorker& worker, AttemptId attempt, double value) {
    worker.send(epoch(1, attempt, 1, value));
    worker.send(epoch(2, attempt, 2, value));
    worker.send({3, proto::AttemptFinished{attempt, {}}});
    expect_acks(worker, {AckVerdict::kAccepted, AckVerdict::kAccepted, AckVerdict::kAccepted});
  }
};

TEST_F(RestartTest, ARunningAttemptGoesOnWithoutAGap) {
  AttemptId attempt;
  {
    FakeWorker worker(channel_);
    attempt = first_attempt(worker);
    worker.send({1, proto::AttemptStarted{attempt}});
    worker.send(epoch(2, attempt, 1, 0.5));
    expect_acks(worker, {AckVerdict::kAccepted, AckVerdict::kAccepted});
    restart();
  }
  FakeWorker again(channel_);
  again.hello("a", "1", {running(attempt)});
  const auto welcome = again.next<proto::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_THAT(welcome->keep, ElementsAre(attempt));
  // What may have been acknowledged or not is said again.
  again.send({1, proto::AttemptStarted{attempt}});
  again.send(epoch(2, attempt, 1, 0.5));
  again.send(epoch(3, attempt, 2, 0.25));
  again.send({4, proto::AttemptFinished{attempt, {}}});
  expect_acks(again, {AckVerdict::kDuplicate, AckVerdict::kDuplicate, AckVerdict::kAccepted,
                      AckVerdict::kAccepted});
  EXPECT_EQ(study("s").state(), v1::STUDY_STATE_COMPLETED);
  const v1::Trial done = trial("s");
  EXPECT_EQ(done.value(), 0.25);
  ASSERT_EQ(done.folds(0).attempts_size(), 1);
  ASSERT_EQ(done.folds(0).curve_size(), 2);
  EXPECT_EQ(done.folds(0).curve(0).value(), 0.5);
  EXPECT_EQ(done.folds(0).curve(1).value(), 0.25);
}

TEST_F(RestartTest, AnAttemptOfTheSameNumberInAnotherLifeOfTheDatabaseIsNotKept) {
  proto::RunningAttempt of_another_life;
  {
    FakeWorker worker(channel_);
    of_another_life = running(first_attempt(worker));
    of_another_life.leased -= std::chrono::hours(1);
    restart();
  }
  FakeWorker again(channel_);
  again.hello("a", "1", {of_another_life});
  const auto welcome = again.next<proto::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_THAT(welcome->keep, IsEmpty());
  work_off(again, next_attempt(again), 0.5);
  EXPECT_EQ(study("s").state(), v1::STUDY_STATE_COMPLETED);
}

TEST_F(RestartTest, AnUnfinishedStudyGoesOnByItself) {
  StudySpec spec = small_study("s");
  spec.trials = 2;
  ASSERT_TRUE(create(spec).ok());
  {
    FakeWorker worker(channel_);
    worker.hello("a");
    work_off(worker, next_attempt(worker), 0.5);
  }
  restart();
  EXPECT_EQ(study("s").state(), v1::STUDY_STATE_ACTIVE);
  // The second trial may have gone to the worker before it left: it is lost with that process.
  FakeWorker fresh(channel_);
  fresh.hello("a", "2");
  work_off(fresh, next_attempt(fresh), 0.25);
  const v1::Study done = study("s");
  EXPECT_EQ(done.state(), v1::STUDY_STATE_COMPLETED);
  EXPECT_EQ(done.completed(), 2);
  EXPECT_EQ(done.best(), 1);
  EXPECT_EQ(done.best_value(), 0.25);
}

TEST_F(RestartTest, AnAttemptThatDidNotComeBackIsGivenOutAgain) {
  AttemptId attempt;
  {
    FakeWorker worker(channel_);
    attempt = first_attempt(worker);
    worker.send(epoch(1, attempt, 1, 0.5));
    expect_acks(worker, {AckVerdict::kAccepted});
    restart();
  }
  FakeWorker fresh(channel_);
  fresh.hello("a", "2");  // the worker was started again as well
  const auto welcome = fresh.next<proto::Welcome>();
  ASSERT_TRUE(welcome);
  EXPECT_THAT(welcome->keep, IsEmpty());
  const AttemptId second = next_attempt(fresh);
  EXPECT_GT(second.value, attempt.value);
  work_off(fresh, second, 0.25);
  const v1::Trial done = trial("s");
  ASSERT_EQ(done.folds(0).attempts_size(), 2);
  EXPECT_EQ(done.folds(0).attempts(0).state(), v1::ATTEMPT_STATE_LOST);
  EXPECT_EQ(done.folds(0).curve_size(), 2);  // each epoch once, by the attempt that counts
  EXPECT_EQ(done.value(), 0.25);
}

TEST_F(RestartTest, WhatWasPausedOrFinishedStaysSo) {
  ASSERT_TRUE(create(small_study("paused")).ok());
  v1::CommandStudyRequest pause;
  pause.set_study("paused");
  pause.set_verb(v1::STUDY_VERB_PAUSE);
  v1::CommandStudyResponse response;
  ASSERT_TRUE(call(&v1::StudyService::Stub::CommandStudy, pause, &response).ok());
  FakeWorker worker(channel_);
  work_off(worker, first_attempt(worker), 0.5);
  restart();
  EXPECT_EQ(study("paused").state(), v1::STUDY_STATE_PAUSED);
  EXPECT_EQ(study("s").state(), v1::STUDY_STATE_COMPLETED);
  EXPECT_EQ(study("s").best_value(), 0.5);
}

// A file that was uploaded is named when it is not there any more: `server compact` has run
// between, or a backup was returned to.
class GoneFileTest : public RestartTest {
 protected:
  // The first epoch's checkpoint and the model are uploaded; what is said of them is on its way.
  void upload_and_lose() {
    FakeWorker worker(channel_);
    attempt_ = first_attempt(worker);
    worker.send(epoch(1, attempt_, 1, 0.5));
    expect_acks(worker, {AckVerdict::kAccepted});
    checkpoint_ = {attempt_, {1, worker.upload("checkpoint").value()}};
    model_ = {attempt_, "model", worker.upload("model").value()};
    std::filesystem::remove_all(storage::artifact_directory(dir_ / "study.db"));
    restart();
  }

  AttemptId attempt_;
  proto::CheckpointSaved checkpoint_;
  proto::ArtifactSaved model_;
};

TEST_F(GoneFileTest, IsNotRecordedAndWhoeverNeedsItIsTrainedAgain) {
  upload_and_lose();
  FakeWorker worker(channel_);
  worker.hello("a", "1", {running(attempt_)});
  worker.send({2, checkpoint_});
  worker.send(epoch(3, attempt_, 2, 0.25));
  worker.send({4, model_});
  worker.send({5, proto::AttemptFinished{attempt_, {}, {{model_.name, model_.artifact}}}});
  expect_acks(worker, {AckVerdict::kRejected, AckVerdict::kAccepted, AckVerdict::kRejected,
                       AckVerdict::kAccepted});
  const AttemptId second = next_attempt(worker);
  ASSERT_EQ(worker.upload("model"), model_.artifact);
  worker.send(epoch(6, second, 1, 0.5));
  worker.send(epoch(7, second, 2, 0.25));
  worker.send({8, proto::ArtifactSaved{second, model_.name, model_.artifact}});
  worker.send({9, proto::AttemptFinished{second, {}, {{model_.name, model_.artifact}}}});
  expect_acks(worker, {AckVerdict::kAccepted, AckVerdict::kAccepted, AckVerdict::kAccepted,
                       AckVerdict::kAccepted});
  EXPECT_EQ(study("s").state(), v1::STUDY_STATE_COMPLETED);
  const v1::Fold fold = trial("s").folds(0);
  ASSERT_EQ(fold.attempts_size(), 2);
  EXPECT_EQ(fold.attempts(0).state(), v1::ATTEMPT_STATE_STOPPED) << "which costs no retry";
  EXPECT_EQ(fold.curve_size(), 2);
  EXPECT_EQ(fold.artifacts_size(), 1);
}

}  // namespace
}  // namespace foldmill::coordinator
