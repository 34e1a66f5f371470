// What a trainer may say of an attempt, and what its end means.

#include "worker/agent/running_job.h"

#include <gtest/gtest.h>

#include "tests/support/agent_fixture.h"

namespace foldmill::worker {
namespace {

using namespace std::chrono_literals;

constexpr AttemptId kAttempt(1);

RunningJob job_of(int64_t epochs) {
  return RunningJob({testing::scripted_assignment(1, epochs), {}});
}

TrainerEpoch epoch(int64_t number, double seconds = 1) {
  return {kAttempt, {.epoch = number, .metrics = {{"val_loss", 0.5}}, .seconds = seconds}};
}

TEST(RunningJobTest, EpochsComeOneAfterTheOtherFromWhereItGoesOn) {
  SlotJob resumed{testing::scripted_assignment(1, 4), {}};
  resumed.assignment.resume_from = Checkpoint{.epoch = 2, .artifact = {}};
  RunningJob job(std::move(resumed));
  EXPECT_FALSE(job.hear(epoch(1)).ok());
  EXPECT_TRUE(job.hear(epoch(3)).ok());
  EXPECT_FALSE(job.hear(epoch(3)).ok());
  EXPECT_TRUE(job.hear(epoch(4)).ok());
  EXPECT_EQ(job.hear(epoch(5)).message(), "reported epoch 5 of 4");
}

TEST(RunningJobTest, ACheckpointIsOfAnEpochThatWasReported) {
  RunningJob job = job_of(4);
  EXPECT_FALSE(job.hear(TrainerCheckpoint{kAttempt, 1, "/c"}).ok());
  ASSERT_TRUE(job.hear(epoch(1)).ok());
  EXPECT_TRUE(job.hear(TrainerCheckpoint{kAttempt, 1, "/c"}).ok());
  EXPECT_FALSE(job.hear(TrainerCheckpoint{kAttempt, 2, "/c"}).ok());
}

TEST(RunningJobTest, ItIsCompletedAfterItsLastEpochAndStoppedWhenToldTo) {
  RunningJob job = job_of(1);
  EXPECT_FALSE(job.hear(TrainerFinished{kAttempt, false}).ok());
  EXPECT_FALSE(job.hear(TrainerFinished{kAttempt, true}).ok());
  ASSERT_TRUE(job.hear(epoch(1)).ok());
  EXPECT_TRUE(job.hear(TrainerFinished{kAttempt, false}).ok());
  EXPECT_EQ(job.outcome(TrainerFinished{kAttempt, false}).state, AttemptState::kSucceeded);
  EXPECT_TRUE(job.stop(EndCause::kPruned));
  EXPECT_FALSE(job.stop(EndCause::kCancelled)) << "the first reason counts";
  EXPECT_TRUE(job.hear(TrainerFinished{kAttempt, true}).ok());
  const AttemptOutcome stopped = job.outcome(TrainerFinished{kAttempt, true});
  EXPECT_EQ(stopped.state, AttemptState::kStopped);
  EXPECT_EQ(stopped.cause, EndCause::kPruned);
}

TEST(RunningJobTest, PatienceBeginsWithTheFirstEpochAndGrowsWithTheSlowest) {
  RunningJob job = job_of(4);
  EXPECT_EQ(job.patience(1s), std::nullopt);
  ASSERT_TRUE(job.hear(epoch(1, 0.01)).ok());
  EXPECT_EQ(job.patience(1s), 1s);
  ASSERT_TRUE(job.hear(epoch(2, 2)).ok());
  ASSERT_TRUE(job.hear(epoch(3, 0.5)).ok());
  EXPECT_EQ(job.patience(1s), 40s);
}

TEST(RunningJobTest, WhatADeathMeansDependsOnWhoseFaultItIs) {
  RunningJob job = job_of(2);
  EXPECT_FALSE(job.is_answered());
  ASSERT_TRUE(job.hear(TrainerStarted{kAttempt}).ok());
  EXPECT_TRUE(job.is_answered());
  EXPECT_EQ(job.outcome_of_death(false, "gone").state, AttemptState::kLost);
  EXPECT_EQ(job.outcome_of_death(true, "gone").cause, EndCause::kInternal);
  SlotJob own{testing::scripted_assignment(1, 2), {}};
  own.assignment.model.type = "command";
  EXPECT_EQ(RunningJob(std::move(own)).outcome_of_death(true, "gone").cause, EndCause::kUserError);
  job.stop(EndCause::kCancelled);
  EXPECT_EQ(job.outcome_of_death(true, "gone").state, AttemptState::kStopped);
}

}  // namespace
}  // namespace foldmill::worker
