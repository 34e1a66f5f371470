// What no StudyStore may let happen, and what must not matter to it; run on each of them.

#include <cmath>

#include "tests/contract/store_contract.h"

namespace foldmill::storage {
namespace {

using StoreRules = StoreContract;

// ---- idempotence

TEST_P(StoreRules, EachChangeStoredTwiceIsStoredOnce) {
  const FoldKey f = fold_key(0);
  const std::vector<Change> life = {
      study_created(),
      change::StudyStateChanged{StudyId(1), StudyState::kPaused, "r", at(1)},
      change::StudyExtended{StudyId(1), 99, at(1)},
      worker_seen(),
      trial_created(0),
      leased(1, f),
      started(1),
      reported(1, f, 1, 0.5),
      reported(1, f, 2, 0.6),
      change::CheckpointRecorded{AttemptId(1), f, {2, artifact()}, at(1)},
      change::ArtifactRecorded{AttemptId(1), f, "state_dict.pt", artifact(), at(1)},
      attempt_ended(1),
      fold_changed(f, FoldState::kCompleted, 0.6),
      trial_ended(0, TrialState::kCompleted, 0.6),
  };
  for (const Change& change : life) apply({change, change});
  for (const Change& change : life) apply({change});
  const TrialSnapshot once = trial();
  EXPECT_EQ(once.state, TrialState::kCompleted);
  EXPECT_EQ(once.value, 0.6);
  EXPECT_THAT(once.folds, SizeIs(1));
  EXPECT_THAT(once.folds[0].curve, ElementsAre(0.5, 0.6));
  ASSERT_THAT(once.folds[0].attempts, SizeIs(1));
  EXPECT_EQ(once.folds[0].attempts[0].state, AttemptState::kSucceeded);
  EXPECT_EQ(once.folds[0].checkpoint->epoch, 2);
  EXPECT_THAT(load().studies, SizeIs(1));
  EXPECT_THAT(load().workers, SizeIs(1));
}

TEST_P(StoreRules, ARepeatedLeaseSupersedesNothing) {
  one_leased_fold();
  apply({reported(1, fold_key(0), 1, 0.1), leased(1, fold_key(0))});
  EXPECT_THAT(fold().curve, ElementsAre(0.1));
  EXPECT_EQ(fold().attempts[0].state, AttemptState::kRunning);
}

TEST_P(StoreRules, ARepeatedReportOfAnEndedAttemptIsNoNews) {
  one_leased_fold();
  apply({reported(1, fold_key(0), 1, 0.1), attempt_ended(1)});
  apply({reported(1, fold_key(0), 1, 0.7)});
  EXPECT_THAT(fold().curve, ElementsAre(0.1));
}

// ---- atomicity and fencing

TEST_P(StoreRules, ABadChangeInTheMiddleLeavesNothing) {
  refuses({study_created(), worker_seen(), leased(1, fold_key(5)), trial_created(0)});
  EXPECT_THAT(load().studies, SizeIs(0));
  EXPECT_THAT(load().workers, SizeIs(0));
  apply({study_created()});
}

TEST_P(StoreRules, AFoldHasOneLiveAttempt) {
  one_leased_fold();
  refuses({leased(2, fold_key(0), 2)});
  apply({leased(2, fold_key(0, 1))});  // another fold
  EXPECT_THAT(fold().attempts, SizeIs(1));
}

TEST_P(StoreRules, AttemptNumbersRise) {
  one_leased_fold();
  apply({attempt_ended(1, AttemptState::kLost), leased(2, fold_key(0), 2),
         attempt_ended(2, AttemptState::kLost)});
  refuses({leased(3, fold_key(0), 2)}, "attempt 3");
  refuses({leased(3, fold_key(0), 1)}, "attempt 3");
  apply({leased(3, fold_key(0), 3)});
}

TEST_P(StoreRules, ReportsOfAnAttemptThatIsNotLiveAreRefused) {
  one_leased_fold();
  apply({reported(1, fold_key(0), 1, 0.1), attempt_ended(1, AttemptState::kLost)});
  refuses({reported(1, fold_key(0), 2, 0.2)}, "not live");
  apply({leased(2, fold_key(0), 2, 2)});
  refuses({reported(1, fold_key(0), 2, 0.2)}, "not live");
  EXPECT_THAT(fold().curve, ElementsAre(0.1));
}

TEST_P(StoreRules, ReportsBelongToTheAttemptsFoldAndLeaveNoGap) {
  one_leased_fold();
  refuses({reported(1, fold_key(0, 1), 1, 0.1)}, "epoch 1 of attempt 1");
  refuses({reported(1, fold_key(0), 2, 0.1)}, "epoch 2 of attempt 1");
  apply({reported(1, fold_key(0), 1, 0.1)});
  // epoch 1 counts already: an attempt that goes on from 2 cannot bring it again
  apply({attempt_ended(1, AttemptState::kLost), leased(2, fold_key(0), 2, 2)});
  refuses({reported(2, fold_key(0), 1, 0.9)});
}

TEST_P(StoreRules, ACheckpointOfAnAttemptWithASuccessorIsRefused) {
  one_leased_fold();
  apply({attempt_ended(1, AttemptState::kLost), leased(2, fold_key(0), 2)});
  refuses({change::CheckpointRecorded{AttemptId(1), fold_key(0), {1, artifact()}, at(1)}},
          "not that fold's latest");
}

TEST_P(StoreRules, ACheckpointThatIsStoredIsNoNewsOnceItsAttemptHasASuccessor) {
  one_leased_fold();
  const Change checkpoint =
      change::CheckpointRecorded{AttemptId(1), fold_key(0), {1, artifact()}, at(1)};
  apply({checkpoint, attempt_ended(1, AttemptState::kLost), leased(2, fold_key(0), 2)});
  apply({checkpoint});
  EXPECT_EQ(fold().checkpoint, (Checkpoint{1, artifact()}));
}

TEST_P(StoreRules, WhatAnAttemptLeavesBelongsToItsFold) {
  one_leased_fold();
  refuses({change::ArtifactRecorded{AttemptId(1), fold_key(0, 1), "x", artifact(), at(1)}},
          "attempt 1 is not one of fold 1");
  refuses({change::CheckpointRecorded{AttemptId(1), fold_key(0, 1), {1, artifact()}, at(1)}},
          "not that fold's latest");
  refuses({change::CheckpointRecorded{AttemptId(1), fold_key(7), {1, artifact()}, at(1)}});
}

TEST_P(StoreRules, ACheckpointOfAnotherEpochIsNotWithdrawn) {
  one_leased_fold();
  apply({change::CheckpointWithdrawn{fold_key(0), 1}});
  apply({change::CheckpointRecorded{AttemptId(1), fold_key(0), {2, artifact()}, at(1)},
         change::CheckpointWithdrawn{fold_key(0), 1}});
  EXPECT_EQ(fold().checkpoint, (Checkpoint{2, artifact()}));
}

TEST_P(StoreRules, ATimeThatIsNoNumberIsNone) {
  one_leased_fold();
  apply({change::EpochReported{AttemptId(1), fold_key(0), {1, {}, NAN}, 0.5, at(102)}});
  EXPECT_THAT(fold().curve, ElementsAre(0.5));
}

TEST_P(StoreRules, AnEndIsFinal) {
  one_leased_fold();
  apply({attempt_ended(1), trial_ended(0, TrialState::kCompleted, 1.0)});
  refuses({attempt_ended(1, AttemptState::kLost)}, "already ended");
  refuses({trial_ended(0, TrialState::kFailed)}, "already ended");
  refuses({attempt_ended(1, AttemptState::kRunning)});
}

TEST_P(StoreRules, KeysAreNotUsedTwice) {
  apply(
      {study_created(1, "a"), worker_seen(1, "box"), trial_created(0, 2), leased(1, fold_key(0))});
  refuses({study_created(1, "b")});
  refuses({study_created(2, "a")});
  refuses({worker_seen(2, "box")});
  refuses({leased(1, fold_key(0, 1))});
  refuses({leased(1, fold_key(0), 2)}, "attempt 1");
}

TEST_P(StoreRules, TrialNumbersLeaveNoGap) {
  apply({study_created()});
  refuses({trial_created(1)}, "trial 1 of study 1");
  apply({trial_created(0), trial_created(1)});
}

TEST_P(StoreRules, UnknownIdsAreRefused) {
  refuses({change::StudyStateChanged{StudyId(9), StudyState::kPaused, "", at(1)}}, "study 9");
  refuses({change::StudyExtended{StudyId(9), 3, at(1)}}, "study 9");
  refuses({change::EncoderFound{StudyId(9), artifact(), at(1)}}, "study 9");
  refuses({change::FinalStagesSet{StudyId(9), {}, at(1)}}, "study 9");
  refuses({trial_created(0)}, "study 1");
  refuses({trial_ended(0, TrialState::kFailed)}, "trial 0");
  refuses({fold_changed(fold_key(0), FoldState::kPending)}, "fold 0");
  refuses({change::CheckpointDropped{fold_key(0)}}, "fold 0");
  refuses({change::CheckpointWithdrawn{fold_key(0), 1}}, "fold 0");
  refuses({started(4)}, "attempt 4");
  refuses({attempt_ended(4)}, "attempt 4");
  refuses({reported(4, fold_key(0), 1, 0.1)}, "attempt 4");
  refuses({change::CheckpointRecorded{AttemptId(4), fold_key(0), {1, artifact()}, at(1)}},
          "attempt 4");
  refuses({change::ArtifactRecorded{AttemptId(4), fold_key(0), "x", artifact(), at(1)}},
          "attempt 4");
  apply({study_created(), trial_created(0)});
  refuses({change::EncoderFound{StudyId(1), artifact(), at(1)}}, "its model has no encoder");
  refuses({leased(1, fold_key(0))});  // no such worker
  refuses({leased(1, fold_key(0, 3))});
  refuses({fold_changed(fold_key(0), FoldState::kLeased)}, "leased comes with an attempt");
}

TEST_P(StoreRules, WhatIsLoadedIsACopy) {
  apply({study_created()});
  Snapshot mine = load();
  mine.studies.clear();
  EXPECT_THAT(load().studies, SizeIs(1));
}

INSTANTIATE_TEST_SUITE_P(All, StoreRules, every_store(), store_name);

}  // namespace
}  // namespace foldmill::storage
