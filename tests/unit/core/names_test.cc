// Enums have one text form, in databases and on screens alike.
#include <gtest/gtest.h>

#include "core/attempt.h"
#include "core/change.h"
#include "core/enum_names.h"
#include "core/study.h"
#include "core/trial.h"

namespace foldmill {
namespace {

// Each value by number from 0: its text, and back.
template <class Enum, class Parse>
void expect_names(const std::vector<std::string_view>& names, Parse parse) {
  for (size_t i = 0; i < names.size(); ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_EQ(to_string(value), names[i]);
    EXPECT_EQ(parse(names[i]), value);
  }
  EXPECT_EQ(parse("nonsense"), std::nullopt);
  EXPECT_EQ(parse(""), std::nullopt);
}

TEST(Names, TrialState) {
  expect_names<TrialState>({"waiting", "running", "completed", "pruned", "failed", "cancelled"},
                           parse_trial_state);
}

TEST(Names, FoldState) {
  expect_names<FoldState>({"pending", "leased", "completed", "stopped", "failed"},
                          parse_fold_state);
}

TEST(Names, EndCause) {
  expect_names<EndCause>({"none", "pruned", "diverged", "out_of_memory", "data_missing",
                          "user_error", "lost", "preempted", "cancelled", "internal", "stalled"},
                         parse_end_cause);
}

TEST(Names, AttemptState) {
  expect_names<AttemptState>({"leased", "running", "succeeded", "failed", "stopped", "lost"},
                             parse_attempt_state);
}

TEST(Names, OfAStudy) {
  expect_names<Direction>({"minimize", "maximize"}, parse_direction);
  expect_names<Normalize>({"unit", "standard", "symmetric"}, parse_normalize);
  expect_names<Take>({"last", "best_epoch"}, parse_take);
  expect_names<StudyState>({"active", "paused", "completed", "cancelled", "failed"},
                           parse_study_state);
}

TEST(Names, OfFolds) {
  expect_names<FoldOrder>({"first_fold_first", "trial_first", "interleave"}, parse_fold_order);
  expect_names<Aggregate>({"mean", "median", "mean_plus_std"}, parse_aggregate);
  expect_names<Stage>({"cross-validate", "train", "test"}, parse_stage);
}

TEST(NamesDeathTest, AValueWithoutANameIsAProgrammersError) {
  EXPECT_DEATH((void)to_string(static_cast<TrialState>(99)), "lacks");
}

TEST(States, Finished) {
  EXPECT_FALSE(is_finished(TrialState::kWaiting));
  EXPECT_FALSE(is_finished(TrialState::kRunning));
  EXPECT_TRUE(is_finished(TrialState::kPruned));
  EXPECT_TRUE(is_finished(TrialState::kCancelled));
  EXPECT_FALSE(is_finished(FoldState::kPending));
  EXPECT_FALSE(is_finished(FoldState::kLeased));
  EXPECT_TRUE(is_finished(FoldState::kStopped));
  EXPECT_FALSE(is_finished(StudyState::kActive));
  EXPECT_FALSE(is_finished(StudyState::kPaused));
  EXPECT_TRUE(is_finished(StudyState::kFailed));
}

TEST(States, OnlyAnswersCountForTheBudget) {
  EXPECT_TRUE(counts_for_budget(TrialState::kCompleted));
  EXPECT_TRUE(counts_for_budget(TrialState::kPruned));
  for (TrialState state :
       {TrialState::kWaiting, TrialState::kRunning, TrialState::kFailed, TrialState::kCancelled})
    EXPECT_FALSE(counts_for_budget(state));
}

TEST(States, LiveAttemptsHoldTheFold) {
  EXPECT_TRUE(is_live(AttemptState::kLeased));
  EXPECT_TRUE(is_live(AttemptState::kRunning));
  for (AttemptState state : {AttemptState::kSucceeded, AttemptState::kFailed,
                             AttemptState::kStopped, AttemptState::kLost})
    EXPECT_FALSE(is_live(state));
}

TEST(Names, Changes) {
  EXPECT_EQ(name_of(change::StudyCreated{}), "study_created");
  EXPECT_EQ(name_of(change::StudyStateChanged{}), "study_state_changed");
  EXPECT_EQ(name_of(change::StudyExtended{}), "study_extended");
  EXPECT_EQ(name_of(change::EncoderFound{}), "encoder_found");
  EXPECT_EQ(name_of(change::FinalStagesSet{}), "final_stages_set");
  EXPECT_EQ(name_of(change::TrialCreated{}), "trial_created");
  EXPECT_EQ(name_of(change::TrialEnded{}), "trial_ended");
  EXPECT_EQ(name_of(change::FoldChanged{}), "fold_changed");
  EXPECT_EQ(name_of(change::AttemptLeased{}), "attempt_leased");
  EXPECT_EQ(name_of(change::AttemptStarted{}), "attempt_started");
  EXPECT_EQ(name_of(change::AttemptEnded{}), "attempt_ended");
  EXPECT_EQ(name_of(change::EpochReported{}), "epoch_reported");
  EXPECT_EQ(name_of(change::CheckpointRecorded{}), "checkpoint_recorded");
  EXPECT_EQ(name_of(change::ArtifactRecorded{}), "artifact_recorded");
  EXPECT_EQ(name_of(change::CheckpointWithdrawn{}), "checkpoint_withdrawn");
  EXPECT_EQ(name_of(change::CheckpointDropped{}), "checkpoint_dropped");
  EXPECT_EQ(name_of(change::WorkerSeen{}), "worker_seen");
}

}  // namespace
}  // namespace foldmill
