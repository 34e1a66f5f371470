// Checkpoints and artifacts of attempts: what is gone on from, what is kept, what is deleted.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

class AttemptFilesTest : public EngineTest {};

TEST_F(AttemptFilesTest, TheNextAttemptGoesOnAtTheCheckpoint) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  const AttemptId first = worker.attempt();
  for (int epoch = 0; epoch < 3; ++epoch) driver.train_epoch(worker, first);
  EXPECT_EQ(driver.checkpoint(worker, first, 2, "two").verdict, AckVerdict::kAccepted);
  driver.finish(worker, first, failed(EndCause::kInternal));
  const Assignment& next = worker.assignment();
  ASSERT_TRUE(next.resume_from.has_value());
  EXPECT_EQ(next.resume_from->artifact, testing::fake_artifact("two"));
  EXPECT_EQ(next.first_epoch(), 3);
  EXPECT_EQ(driver.trial(0).folds[0].curve.size(), 2u);
  EXPECT_EQ(driver.report(worker, worker.attempt(), 3, 0.5).verdict, AckVerdict::kAccepted);
}

TEST_F(AttemptFilesTest, ACheckpointThatNobodyCanGoOnFromIsDropped) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  for (int epoch = 0; epoch < 2; ++epoch) driver.train_epoch(worker, worker.attempt());
  driver.checkpoint(worker, worker.attempt(), 2, "torn");
  driver.finish(worker, worker.attempt(), failed(EndCause::kLost));
  ASSERT_TRUE(worker.assignment().resume_from.has_value());
  driver.finish(worker, worker.attempt(), failed(EndCause::kUserError, "is torn"));
  EXPECT_FALSE(worker.assignment().resume_from.has_value());
  EXPECT_EQ(worker.assignment().first_epoch(), 1);
  ASSERT_EQ(driver.performed<effect::DeleteArtifact>().size(), 1u);
  driver.run_out();
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
  EXPECT_EQ(driver.trial(0).folds[0].curve.size(), 4u);
}

TEST_F(AttemptFilesTest, ACheckpointThatWasGoneOnFromIsKept) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  driver.train_epoch(worker, worker.attempt());
  driver.checkpoint(worker, worker.attempt(), 1, "good");
  driver.finish(worker, worker.attempt(), failed(EndCause::kLost));
  driver.train_epoch(worker, worker.attempt());
  driver.finish(worker, worker.attempt(), failed(EndCause::kInternal));
  EXPECT_TRUE(worker.assignment().resume_from.has_value());
}

TEST_F(AttemptFilesTest, AnEpochBeforeTheCheckpointIsRejected) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  driver.train_epoch(worker, worker.attempt());
  driver.checkpoint(worker, worker.attempt(), 1, "one");
  driver.finish(worker, worker.attempt(), failed(EndCause::kInternal));
  EXPECT_EQ(driver.report(worker, worker.attempt(), 1, 0.5).verdict, AckVerdict::kRejected);
}

TEST_F(AttemptFilesTest, OneThatIsNotHereIsNotRecordedAndAKnownOneNotMissed) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  const AttemptId attempt = worker.attempt();
  const auto verdict_on = [&](const auto& message) {
    driver.send(message);
    return driver.performed<effect::SendAck>().back().verdict;
  };
  const auto checkpoint = [&](int64_t epoch, const char* content) {
    const Checkpoint of{epoch, testing::fake_artifact(content)};
    return verdict_on(event::CheckpointSaved{worker.session, 99, attempt, of, false});
  };
  const auto artifact = [&](const char* content) {
    return verdict_on(event::ArtifactSaved{worker.session, 99, attempt, "state_dict.pt",
                                           testing::fake_artifact(content), false});
  };
  for (int epoch = 0; epoch < 2; ++epoch) driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "one");
  EXPECT_EQ(checkpoint(1, "one"), AckVerdict::kDuplicate);
  EXPECT_EQ(checkpoint(2, "two"), AckVerdict::kRejected);
  driver.artifact(worker, attempt, "weights");
  EXPECT_EQ(artifact("weights"), AckVerdict::kDuplicate);
  EXPECT_EQ(artifact("better weights"), AckVerdict::kRejected);
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  driver.finish(worker, attempt, failed(EndCause::kInternal));
  EXPECT_EQ(checkpoint(2, "two"), AckVerdict::kSuperseded);
  EXPECT_EQ(worker.assignment().resume_from->artifact, testing::fake_artifact("one"));
}

TEST_F(AttemptFilesTest, TheCheckpointBeforeAUselessOneIsGoneOnFrom) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  const AttemptId first = worker.attempt();
  for (const char* content : {"one", "two", "three"}) {
    driver.train_epoch(worker, first);
    driver.checkpoint(worker, first, driver.trial(0).folds[0].curve.size(), content);
  }
  driver.restart();
  driver.connect(worker);
  driver.finish(worker, first, failed(EndCause::kLost));
  EXPECT_EQ(worker.assignment().resume_from->artifact, testing::fake_artifact("three"));
  driver.finish(worker, worker.attempt(), failed(EndCause::kDataMissing, "is torn"));
  ASSERT_TRUE(worker.assignment().resume_from.has_value());
  EXPECT_EQ(worker.assignment().resume_from->artifact, testing::fake_artifact("two"));
  EXPECT_EQ(worker.assignment().first_epoch(), 3) << "one epoch is trained again, and no more";
  // Both gone: from the first epoch.
  driver.finish(worker, worker.attempt(), failed(EndCause::kDataMissing, "is torn"));
  EXPECT_FALSE(worker.assignment().resume_from.has_value());
  driver.run_out();
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
}

TEST_F(AttemptFilesTest, ACheckpointThatWasReplacedTwiceIsDeleted) {
  FakeWorker& worker = begin(small_study(1, 1, 4));
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "one");
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 2, "two");
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 3, "three");
  const auto deleted = driver.performed<effect::DeleteArtifact>();
  ASSERT_EQ(deleted.size(), 1u);
  EXPECT_EQ(deleted[0].artifact, testing::fake_artifact("one"));
}

TEST_F(AttemptFilesTest, ACheckpointIsDroppedWithItsTrial) {
  FakeWorker& worker = begin(small_study(1));
  driver.train_epoch(worker, worker.attempt());
  driver.checkpoint(worker, worker.attempt(), 1, "one");
  driver.complete(worker, worker.attempt());
  EXPECT_FALSE(driver.trial(0).folds[0].checkpoint.has_value());
  ASSERT_EQ(driver.performed<effect::DeleteArtifact>().size(), 1u);
}

// A user's trainer may save one file as both.
TEST_F(AttemptFilesTest, AFileThatIsAlsoAnArtifactIsKeptAcrossARestart) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "same");
  driver.artifact(worker, attempt, "same");
  driver.restart();
  driver.connect(worker);
  driver.complete(worker, attempt);
  EXPECT_EQ(driver.trial(0).state, TrialState::kCompleted);
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
}

TEST_F(AttemptFilesTest, AFileThatTwoFoldsShareIsKeptForTheOther) {
  FakeWorker& worker = begin(small_study(2), 2);
  const AttemptId first = worker.attempt();
  const AttemptId second = std::next(worker.tasks.begin())->first;
  for (AttemptId attempt : {first, second}) {
    driver.train_epoch(worker, attempt);
    driver.checkpoint(worker, attempt, 1, "same");
  }
  driver.complete(worker, first);
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  driver.complete(worker, second);
  EXPECT_EQ(driver.performed<effect::DeleteArtifact>().size(), 1u);
}

TEST_F(AttemptFilesTest, ACheckpointAheadOfTheReportsIsRefusedAndItsFileDeleted) {
  FakeWorker& worker = begin(small_study(1));
  EXPECT_EQ(driver.checkpoint(worker, worker.attempt(), 1, "early").verdict, AckVerdict::kRejected);
  EXPECT_EQ(driver.performed<effect::DeleteArtifact>().size(), 1u);
}

TEST_F(AttemptFilesTest, AnOldCheckpointIsADuplicateAndTheLiveFileStays) {
  FakeWorker& worker = begin(small_study(1));
  driver.train_epoch(worker, worker.attempt());
  driver.checkpoint(worker, worker.attempt(), 1, "one");
  EXPECT_EQ(driver.checkpoint(worker, worker.attempt(), 1, "one").verdict, AckVerdict::kDuplicate);
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  EXPECT_EQ(driver.checkpoint(worker, worker.attempt(), 1, "other").verdict,
            AckVerdict::kDuplicate);
  EXPECT_EQ(driver.performed<effect::DeleteArtifact>().size(), 1u);
}

TEST_F(AttemptFilesTest, AFileOfASupersededAttemptStaysForItsSuccessor) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId superseded = worker.attempt();
  driver.train_epoch(worker, superseded);
  driver.finish(worker, superseded, failed(EndCause::kInternal));
  driver.train_epoch(worker, worker.attempt());
  EXPECT_EQ(driver.checkpoint(worker, superseded, 1, "one").verdict, AckVerdict::kSuperseded);
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
  EXPECT_EQ(driver.checkpoint(worker, worker.attempt(), 1, "one").verdict, AckVerdict::kAccepted);
}

TEST_F(AttemptFilesTest, AnArtifactIsRecordedWhileTheAttemptLives) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  EXPECT_EQ(driver.artifact(worker, attempt, "model").verdict, AckVerdict::kAccepted);
  EXPECT_TRUE(driver.ledger().is_referenced(testing::fake_artifact("model")));
  driver.complete(worker, attempt);
  EXPECT_EQ(driver.artifact(worker, attempt, "model").verdict, AckVerdict::kSuperseded);
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
}

TEST_F(AttemptFilesTest, AReplacedArtifactIsDeletedHoweverOftenItWasSaid) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  EXPECT_EQ(driver.artifact(worker, attempt, "one").verdict, AckVerdict::kAccepted);
  EXPECT_EQ(driver.artifact(worker, attempt, "one").verdict, AckVerdict::kDuplicate);
  driver.restart();
  driver.connect(worker);
  EXPECT_EQ(driver.artifact(worker, attempt, "one").verdict, AckVerdict::kDuplicate);
  EXPECT_EQ(driver.artifact(worker, attempt, "two").verdict, AckVerdict::kAccepted);
  const auto deleted = driver.performed<effect::DeleteArtifact>();
  ASSERT_EQ(deleted.size(), 1u);
  EXPECT_EQ(deleted[0].artifact, testing::fake_artifact("one"));
}

TEST_F(AttemptFilesTest, AReplacedArtifactStaysWhereItIsAlsoACheckpoint) {
  FakeWorker& worker = begin(small_study(1));
  const AttemptId attempt = worker.attempt();
  driver.train_epoch(worker, attempt);
  driver.checkpoint(worker, attempt, 1, "same");
  driver.artifact(worker, attempt, "same");
  driver.artifact(worker, attempt, "other");
  EXPECT_TRUE(driver.performed<effect::DeleteArtifact>().empty());
}

}  // namespace
}  // namespace foldmill::engine
