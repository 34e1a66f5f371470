// What every StudyStore must keep, run on each of them.

#include <cmath>
#include <limits>

#include "tests/contract/store_contract.h"

namespace foldmill::storage {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST_P(StoreContract, IsEmptyAtFirst) {
  const Snapshot snapshot = load();
  EXPECT_THAT(snapshot.studies, SizeIs(0));
  EXPECT_THAT(snapshot.workers, SizeIs(0));
  EXPECT_EQ(snapshot.last_attempt, AttemptId(0));
  apply({});
}

TEST_P(StoreContract, KeepsAStudyWithItsWholeSpec) {
  apply({study_created(2, "second"), study_created(1, "first")});
  backend_->reopen();
  const Snapshot snapshot = load();
  ASSERT_THAT(snapshot.studies, SizeIs(2));
  EXPECT_EQ(snapshot.studies[0].id, StudyId(1));
  EXPECT_EQ(snapshot.studies[0].spec, example_spec("first"));
  EXPECT_EQ(snapshot.studies[0].state, StudyState::kActive);
  EXPECT_EQ(snapshot.studies[0].created, at(0));
  EXPECT_EQ(snapshot.studies[1].spec.name, "second");
}

TEST_P(StoreContract, KeepsStateAndBudgetOfAStudy) {
  apply({study_created(), change::StudyStateChanged{StudyId(1), StudyState::kPaused, "", at(5)},
         change::StudyExtended{StudyId(1), 50, at(6)}});
  EXPECT_EQ(load().studies[0].state, StudyState::kPaused);
  EXPECT_EQ(load().studies[0].spec.trials, 50);
  EXPECT_EQ(load().studies[0].resumed, std::nullopt);
  apply({change::StudyStateChanged{StudyId(1), StudyState::kFailed, "no luck", at(7)},
         change::StudyStateChanged{StudyId(1), StudyState::kActive, "", at(8)}});
  EXPECT_EQ(load().studies[0].state, StudyState::kActive);
  apply({change::StudyStateChanged{StudyId(1), StudyState::kActive, "stopping", at(9)}});
  backend_->reopen();
  EXPECT_EQ(load().studies[0].resumed, at(8));
}

TEST_P(StoreContract, KeepsTheBudgetThatAStoppingStudyHad) {
  const change::StudyExtended stopping{StudyId(1), 2, at(5), 50};
  apply({study_created(), stopping, stopping});
  backend_->reopen();
  EXPECT_EQ(load().studies[0].spec.trials, 2);
  EXPECT_EQ(load().studies[0].trials_before_stop, 50);
  apply({change::StudyExtended{StudyId(1), 2, at(6)}});
  EXPECT_EQ(load().studies[0].spec.trials, 2);
  EXPECT_EQ(load().studies[0].trials_before_stop, std::nullopt);
}

TEST_P(StoreContract, KeepsATrialFromBeginningToEnd) {
  apply({study_created(), worker_seen(),
         change::TrialCreated{trial_key(0), example_params(), true, 2, at(10)}});
  EXPECT_EQ(trial().state, TrialState::kRunning);
  EXPECT_EQ(trial().params, example_params());
  EXPECT_TRUE(trial().enqueued);
  EXPECT_EQ(trial().created, at(10));
  ASSERT_THAT(trial().folds, SizeIs(2));
  EXPECT_EQ(fold().state, FoldState::kPending);

  const PruneDecision decision{FoldIndex(0), 2, 0.1, 0.2, 3, "race", 0.01};
  apply({change::TrialEnded{trial_key(0), TrialState::kPruned, 0.25, EndCause::kPruned, "worse",
                            decision, at(400)}});
  backend_->reopen();
  EXPECT_EQ(trial().state, TrialState::kPruned);
  EXPECT_EQ(trial().value, 0.25);
  EXPECT_EQ(trial().cause, EndCause::kPruned);
  EXPECT_EQ(trial().ended, at(400));
}

TEST_P(StoreContract, KeepsEveryKindOfParameterValue) {
  const ParameterSet params{{"z", true}, {"a", int64_t{1}}, {"m", 1.0}, {"s", std::string("1")}};
  apply({study_created(), trial_created(0, 1, params)});
  backend_->reopen();
  EXPECT_EQ(trial().params, params);
}

TEST_P(StoreContract, ListsTrialsByNumber) {
  apply({study_created()});
  for (int64_t number = 0; number < 12; ++number) apply({trial_created(number)});
  const auto trials = load().studies[0].trials;
  ASSERT_THAT(trials, SizeIs(12));
  for (size_t i = 0; i < trials.size(); ++i)
    EXPECT_EQ(trials[i].number, TrialNumber(static_cast<int64_t>(i)));
}

TEST_P(StoreContract, KeepsAnAttemptFromLeaseToEnd) {
  apply({study_created(), worker_seen(), trial_created(0), leased(7, fold_key(0))});
  EXPECT_EQ(fold().state, FoldState::kLeased);
  ASSERT_THAT(fold().attempts, SizeIs(1));
  EXPECT_EQ(fold().attempts[0].id, AttemptId(7));
  EXPECT_EQ(fold().attempts[0].worker, WorkerId(1));
  EXPECT_EQ(fold().attempts[0].leased, at(100));
  EXPECT_EQ(fold().attempts[0].state, AttemptState::kLeased);
  apply({started(7)});
  EXPECT_EQ(fold().attempts[0].state, AttemptState::kRunning);
  apply({attempt_ended(7, AttemptState::kLost, EndCause::kLost),
         fold_changed(fold_key(0), FoldState::kPending)});
  backend_->reopen();
  EXPECT_EQ(fold().attempts[0].state, AttemptState::kLost);
  EXPECT_EQ(fold().attempts[0].cause, EndCause::kLost);
  EXPECT_EQ(fold().state, FoldState::kPending);
  EXPECT_EQ(load().last_attempt, AttemptId(7));
}

TEST_P(StoreContract, KeepsCurvesWithNanAndInfinity) {
  one_leased_fold();
  apply({reported(1, fold_key(0), 1, 0.5), reported(1, fold_key(0), 2, std::nan("")),
         reported(1, fold_key(0), 3, kInf), reported(1, fold_key(0), 4, -kInf)});
  backend_->reopen();
  const auto curve = fold().curve;
  ASSERT_THAT(curve, SizeIs(4));
  EXPECT_EQ(curve[0], 0.5);
  EXPECT_TRUE(std::isnan(curve[1]));
  EXPECT_EQ(curve[2], kInf);
  EXPECT_EQ(curve[3], -kInf);
}

TEST_P(StoreContract, ANanValueIsNone) {
  one_leased_fold();
  apply({fold_changed(fold_key(0), FoldState::kCompleted, std::nan("")),
         trial_ended(0, TrialState::kFailed, std::nan(""))});
  EXPECT_EQ(fold().value, std::nullopt);
  EXPECT_EQ(trial().value, std::nullopt);
}

TEST_P(StoreContract, ALaterAttemptSupersedesReportsFromItsFirstEpochOn) {
  one_leased_fold();
  apply({reported(1, fold_key(0), 1, 0.1), reported(1, fold_key(0), 2, 0.2),
         reported(1, fold_key(0), 3, 0.3)});
  apply({attempt_ended(1, AttemptState::kLost, EndCause::kLost), leased(2, fold_key(0), 2, 2)});
  EXPECT_THAT(fold().curve, ElementsAre(0.1));
  apply({reported(2, fold_key(0), 2, 0.9)});
  backend_->reopen();
  EXPECT_THAT(fold().curve, ElementsAre(0.1, 0.9));
  EXPECT_THAT(fold().attempts, SizeIs(2));
}

// Numbers order the attempts of a fold; ids only tell them apart.
TEST_P(StoreContract, IdsOfAttemptsNeedNotRise) {
  apply({study_created(), worker_seen(), trial_created(0), leased(7, fold_key(0)),
         reported(7, fold_key(0), 1, 0.1), reported(7, fold_key(0), 2, 0.2),
         attempt_ended(7, AttemptState::kLost), leased(3, fold_key(0), 2, 3),
         reported(3, fold_key(0), 3, 0.3)});
  backend_->reopen();
  EXPECT_THAT(fold().curve, ElementsAre(0.1, 0.2, 0.3));
}

TEST_P(StoreContract, KeepsReplacesAndDropsACheckpoint) {
  one_leased_fold();
  const Checkpoint first{1, artifact('a')}, second{2, artifact('b', 9)};
  apply({change::CheckpointRecorded{AttemptId(1), fold_key(0), first, at(1)}});
  EXPECT_EQ(fold().checkpoint, first);
  apply({change::CheckpointRecorded{AttemptId(1), fold_key(0), second, at(2)}});
  backend_->reopen();
  EXPECT_EQ(fold().checkpoint, second);
  EXPECT_EQ(fold().earlier_checkpoint, first);
  apply({change::CheckpointDropped{fold_key(0)}, change::CheckpointDropped{fold_key(0)}});
  EXPECT_EQ(fold().checkpoint, std::nullopt);
  EXPECT_EQ(fold().earlier_checkpoint, std::nullopt);
}

TEST_P(StoreContract, PutsTheEarlierCheckpointInTheOthersPlace) {
  one_leased_fold();
  const Checkpoint first{1, artifact('a')}, second{2, artifact('b', 9)}, third{3, artifact('c', 7)};
  const auto recorded = [](const Checkpoint& checkpoint) {
    return change::CheckpointRecorded{AttemptId(1), fold_key(0), checkpoint, at(1)};
  };
  apply({recorded(first), recorded(second), recorded(third), recorded(third)});
  EXPECT_EQ(fold().earlier_checkpoint, second);
  const change::CheckpointWithdrawn withdrawn{fold_key(0), 3};
  apply({withdrawn, withdrawn});
  backend_->reopen();
  EXPECT_EQ(fold().checkpoint, second);
  EXPECT_EQ(fold().earlier_checkpoint, std::nullopt);
  apply({change::CheckpointWithdrawn{fold_key(0), 2}});
  EXPECT_EQ(fold().checkpoint, std::nullopt);
}

TEST_P(StoreContract, KeepsTheLatestArtifactOfEachName) {
  one_leased_fold();
  change::ArtifactRecorded model{AttemptId(1), fold_key(0), "model", artifact('c'), at(1)};
  apply({model, model});
  EXPECT_THAT(trial().folds.at(0).attempts.at(0).artifacts,
              ElementsAre(std::pair("model", artifact('c'))));
  model.artifact = artifact('d');
  apply({model});
  backend_->reopen();
  EXPECT_THAT(trial().folds.at(0).attempts.at(0).artifacts,
              ElementsAre(std::pair("model", artifact('d'))));
}

TEST_P(StoreContract, KeepsWorkers) {
  apply({worker_seen(2, "b"), worker_seen(1, "a"), worker_seen(2, "b", "gone")});
  const auto workers = load().workers;
  ASSERT_THAT(workers, SizeIs(2));
  EXPECT_EQ(workers[0].name, "a");
  EXPECT_EQ(workers[1].id, WorkerId(2));
}

TEST_P(StoreContract, KeepsWhoWasHandedATrial) {
  const change::TrialAsked first{trial_key(0), 1, "k1", WorkerId(1), Milliseconds(5000), at(20)};
  change::TrialAsked second{trial_key(0), 2, "k2", WorkerId(2), Milliseconds(7000), at(30)};
  apply({study_created(), worker_seen(), worker_seen(2, "ask:b"), trial_created(0),
         trial_created(1), first, first});
  apply({second, second, first});
  backend_->reopen();
  const std::vector<AskSnapshot> asks = trial().asks;
  ASSERT_THAT(asks, SizeIs(2));
  EXPECT_EQ(asks[0].key, "k1");
  EXPECT_EQ(asks[1].number, 2);
  EXPECT_EQ(asks[1].holder, WorkerId(2));
  EXPECT_EQ(asks[1].lease, Milliseconds(7000));
  EXPECT_THAT(trial(1).asks, SizeIs(0));
  second.key = "k3";
  refuses({second}, "lease 2 of trial 0");  // it is another one's
  second.number = 4;
  refuses({second}, "lease 4 of trial 0");  // the third is missing
  second.number = 3;
  second.key = "k1";
  refuses({second});  // the key is taken
  second.key = "k3";
  second.holder = WorkerId(9);
  refuses({second});  // no such holder
  second.trial = trial_key(7);
  refuses({second});
}

TEST_P(StoreContract, KeepsPointsThatAreEnqueuedLater) {
  const ParameterSet point{{"lr", 0.5}, {"width", int64_t{3}}};
  const change::PointEnqueued enqueued{StudyId(1), 1, point, at(5)};  // the file has one
  apply({study_created(), enqueued, enqueued});
  apply({change::PointEnqueued{StudyId(1), 2, point, at(6)}, enqueued});
  backend_->reopen();
  const auto queue = load().studies[0].spec.enqueue;
  ASSERT_THAT(queue, SizeIs(3));
  EXPECT_EQ(queue[0], example_spec().enqueue[0]);
  EXPECT_EQ(queue[1], point);
  EXPECT_EQ(queue[2], point);
  refuses({change::PointEnqueued{StudyId(1), 4, point, at(7)}}, "point 4 of study 1");
  refuses({change::PointEnqueued{StudyId(1), 2, {{"lr", 0.1}}, at(7)}}, "point 2 of study 1");
  refuses({change::PointEnqueued{StudyId(9), 0, point, at(7)}}, "study 9");
}

TEST_P(StoreContract, KeepsTheWeightsThatAStudyWaitedFor) {
  auto created = std::get<change::StudyCreated>(study_created());
  created.spec.model.encoder = EncoderSource{"my-cae", "final", "", false, true, std::nullopt};
  apply({created});
  const change::EncoderFound found{StudyId(1), artifact('c'), at(4)};
  apply({found, found});
  backend_->reopen();
  EXPECT_EQ(load().studies[0].spec.model.encoder->artifact, artifact('c'));
  EXPECT_TRUE(load().studies[0].spec.model.encoder->wait);
}

TEST_P(StoreContract, KeepsStagesThatAreAskedForLater) {
  apply({study_created()});
  const FinalStages stages{.train = TrainStage{true, 7}, .test = false};
  const change::FinalStagesSet set{StudyId(1), stages, at(4)};
  apply({set, set});
  backend_->reopen();
  EXPECT_EQ(load().studies[0].spec.final_stages, stages);
}

TEST_P(StoreContract, KeepsThatAValueIsAnEstimate) {
  apply({study_created(), trial_created(0), trial_created(1)});
  auto ended = std::get<change::TrialEnded>(trial_ended(0, TrialState::kPruned, 0.5));
  ended.estimated = true;
  apply({ended, trial_ended(1, TrialState::kPruned, 0.5)});
  backend_->reopen();
  EXPECT_TRUE(trial(0).estimated);
  EXPECT_FALSE(trial(1).estimated);
}

INSTANTIATE_TEST_SUITE_P(All, StoreContract, every_store(), store_name);

}  // namespace
}  // namespace foldmill::storage
