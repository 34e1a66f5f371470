// What is tried next, where, and how much of it.

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using SchedulingTest = EngineTest;

std::vector<ParameterSet> params_of(const StudySnapshot& study) {
  std::vector<ParameterSet> all;
  for (const TrialSnapshot& trial : study.trials) all.push_back(trial.params);
  return all;
}

TEST_F(SchedulingTest, OneSlotCompletesTheAskedNumberOfTrials) {
  driver.create(small_study(5));
  driver.join("a");
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 5);
  EXPECT_DOUBLE_EQ(driver.trial(3).value.value(), 0.5 + 0.03);
}

TEST_F(SchedulingTest, ManySlotsNeverBeginMoreThanTheBudget) {
  driver.create(small_study(3));
  FakeWorker& worker = driver.join("a", 64);
  EXPECT_EQ(worker.tasks.size(), 3u);
  driver.run_out();
  EXPECT_EQ(driver.study().trials.size(), 3u);
}

TEST_F(SchedulingTest, AnAssignmentCarriesConstantsAndParameters) {
  StudySpec spec = small_study(1, 5, 4);
  spec.constants.set("batch_size", int64_t{64});
  driver.create(spec);
  const Assignment& given = driver.join("a").assignment();
  EXPECT_EQ(given.study_name, "small");
  EXPECT_EQ(given.epochs, 4);
  EXPECT_EQ(given.folds.k, 5);
  EXPECT_EQ(given.params.get_int("batch_size"), 64);
  EXPECT_EQ(given.params.get_double("lr"), driver.trial(0).params.get_double("lr"));
  EXPECT_EQ(given.first_epoch(), 1);
}

TEST_F(SchedulingTest, FoldsOfATrialRunAtOnceAndItsValueIsTheirMean) {
  driver.curve = [](const FoldKey& key, int64_t) { return static_cast<double>(key.fold.value); };
  driver.create(small_study(1, 4));
  FakeWorker& worker = driver.join("a", 4);
  EXPECT_EQ(worker.tasks.size(), 4u);
  driver.run_out();
  EXPECT_DOUBLE_EQ(driver.trial(0).value.value(), 1.5);
}

TEST_F(SchedulingTest, StartedTrialsFinishBeforeNewOnesBegin) {
  driver.create(small_study(2, 3));
  FakeWorker& worker = driver.join("a", 2);
  driver.complete(worker, worker.attempt());
  EXPECT_EQ(driver.study().trials.size(), 1u);  // the slot took fold 2 of trial 0
  driver.complete(worker, worker.attempt());
  EXPECT_EQ(driver.study().trials.size(), 2u);
}

TEST_F(SchedulingTest, ParallelCapsTheLiveAttempts) {
  StudySpec spec = small_study(10);
  spec.parallel = 2;
  driver.create(spec);
  EXPECT_EQ(driver.join("a", 8).tasks.size(), 2u);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 10);
}

TEST_F(SchedulingTest, LabelsMustMatch) {
  StudySpec spec = small_study(1);
  spec.resources.labels = {{"gpu", "a100"}};
  driver.create(spec);
  EXPECT_TRUE(driver.join("plain").tasks.empty());
  EXPECT_TRUE(driver.join(FakeWorker{.name = "other", .labels = {{"gpu", "t4"}}}).tasks.empty());
  EXPECT_FALSE(driver.join(FakeWorker{.name = "right", .labels = {{"gpu", "a100"}}}).tasks.empty());
}

TEST_F(SchedulingTest, ModelsMustMatchWhenTheWorkerSaidSome) {
  driver.create(small_study(1));
  EXPECT_TRUE(driver.join(FakeWorker{.name = "other", .models = {"command"}}).tasks.empty());
  EXPECT_FALSE(
      driver.join(FakeWorker{.name = "right", .models = {"command", "cae"}}).tasks.empty());
}

TEST_F(SchedulingTest, StudiesTakeTurns) {
  driver.create(small_study(10));
  StudySpec second = small_study(10);
  second.name = "second";
  driver.create(second);
  driver.join("a", 4);
  EXPECT_EQ(driver.ledger().live_attempts(StudyId(1)), 2);
  EXPECT_EQ(driver.ledger().live_attempts(StudyId(2)), 2);
}

TEST_F(SchedulingTest, EnqueuedPointsComeFirst) {
  StudySpec spec = small_study(3);
  spec.enqueue = {ParameterSet{{"lr", 0.05}}, ParameterSet{}};
  driver.create(spec);
  driver.join("a");
  driver.run_out();
  EXPECT_EQ(driver.trial(0).params.get_double("lr"), 0.05);
  EXPECT_TRUE(driver.trial(0).enqueued);
  EXPECT_TRUE(driver.trial(1).enqueued);  // asked for, but all of it sampled
  EXPECT_TRUE(driver.trial(1).params.contains("lr"));
  EXPECT_FALSE(driver.trial(2).enqueued);
}

TEST_F(SchedulingTest, OneSuggestionIsReadyAhead) {
  driver.create(small_study(2, 2));
  driver.hold_suggestions(true);
  FakeWorker& worker = driver.join("a", 2);
  EXPECT_TRUE(worker.tasks.empty() == false);  // made before the hold
  driver.complete(worker, worker.attempt());
  EXPECT_EQ(driver.study().trials.size(), 1u);  // the next waits for its answer, the slot is free
  driver.hold_suggestions(false);
  EXPECT_EQ(driver.study().trials.size(), 2u);
}

TEST_F(SchedulingTest, ASuggestionMadeAheadFromAnOlderHistoryIsMadeAnew) {
  driver.create(small_study(5));
  driver.hold_suggestions(true);
  FakeWorker& worker = driver.join("a");
  ASSERT_EQ(worker.tasks.size(), 1u);
  driver.complete(worker, worker.attempt());  // trial 1 was asked for when trial 0 was running
  EXPECT_TRUE(driver.performed<effect::AskSampler>().empty());  // one question at a time
  driver.hold_suggestions(false);
  const auto asked = driver.performed<effect::AskSampler>();
  ASSERT_FALSE(asked.empty());
  EXPECT_EQ(asked[0].history.entries().at(0)->state, TrialState::kCompleted);
}

// Else a study whose trials end faster than its sampler answers would never begin another.
TEST_F(SchedulingTest, ASuggestionThatASlotWaitsForIsUsedThoughATrialHasEndedMeanwhile) {
  driver.create(small_study(5));
  driver.hold_suggestions(true);
  FakeWorker& worker = driver.join("a", 2);
  ASSERT_EQ(worker.tasks.size(), 1u);  // the other slot waits
  driver.complete(worker, worker.attempt());
  driver.hold_suggestions(false);
  ASSERT_EQ(driver.study().trials.size(), 3u);
  const auto asked = driver.performed<effect::AskSampler>();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[0].trial, TrialNumber(2));  // trial 1 has been begun with the first answer
}

TEST_F(SchedulingTest, ASuggestionIsMadeAnewWhenTheSlotThatWaitedHasLeft) {
  driver.create(small_study(5));
  FakeWorker& worker = driver.join("a");
  FakeWorker& other = driver.join("b");
  driver.hold_suggestions(true);
  driver.complete(worker, worker.attempt());  // its slot waits
  ASSERT_TRUE(worker.tasks.empty());
  driver.disconnect(worker);
  driver.complete(other, other.attempt());
  driver.disconnect(other);
  driver.hold_suggestions(false);
  const auto asked = driver.performed<effect::AskSampler>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].trial, TrialNumber(2));
  EXPECT_EQ(asked[0].history.entries().at(1)->state, TrialState::kCompleted);
}

TEST_F(SchedulingTest, AFailingSamplerFailsItsStudyOnly) {
  driver.hold_suggestions(true);
  driver.create(small_study(5));
  const uint64_t version = driver.performed<effect::AskSampler>().at(0).history_version;
  driver.send(event::SuggestionReady{StudyId(1), TrialNumber(0), version,
                                     internal_error("the matrix is singular")});
  EXPECT_EQ(state(), StudyState::kFailed);
  EXPECT_THAT(reason(), ::testing::HasSubstr("the matrix is singular"));
}

TEST_F(SchedulingTest, ASuggestionOutsideTheSpaceFailsTheStudy) {
  driver.hold_suggestions(true);
  driver.create(small_study(5));
  const uint64_t version = driver.performed<effect::AskSampler>().at(0).history_version;
  driver.send(
      event::SuggestionReady{StudyId(1), TrialNumber(0), version, ParameterSet{{"lr", 12.0}}});
  EXPECT_EQ(state(), StudyState::kFailed);
}

TEST_F(SchedulingTest, AnAnswerNobodyAskedForIsIgnored) {
  driver.send(event::SuggestionReady{StudyId(9), TrialNumber(0), 1, ParameterSet{}});
  driver.create(small_study(1));
  driver.send(event::SuggestionReady{StudyId(1), TrialNumber(0), 99, internal_error("late")});
  EXPECT_EQ(state(), StudyState::kActive);
}

TEST_F(SchedulingTest, TheTimeLimitEndsTheStudyOnceItsTrialsHave) {
  StudySpec spec = small_study(100);
  spec.timeout_seconds = 10;
  driver.create(spec);
  FakeWorker& worker = driver.join("a");
  driver.train_epoch(worker, worker.attempt());
  for (int second = 0; second < 11; ++second) {
    driver.advance(Milliseconds(1000));
    driver.send(event::Heartbeat{worker.session});
  }
  EXPECT_EQ(state(), StudyState::kActive);
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 1);
  EXPECT_THAT(reason(), ::testing::HasSubstr("time limit of 10 s"));
}

TEST_F(SchedulingTest, TheTimeLimitNeedsNoEventButTheTimer) {
  StudySpec spec = small_study(100);
  spec.timeout_seconds = 10;
  driver.create(spec);
  driver.advance(Milliseconds(10'001));
  EXPECT_EQ(state(), StudyState::kCompleted);
}

// The heart of "resume": killed after every event, a run on one slot has the same parameters.
TEST_F(SchedulingTest, OneSlotIsRepeatableWhateverIsKilled) {
  StudySpec spec = small_study(16, 2);
  spec.sampler.type = "tpe";
  spec.sampler.startup_trials = 3;
  spec.pruning = {.type = "median", .warmup_trials = 2, .warmup_epochs = 0};
  const auto curve = [](const FoldKey& key, int64_t epoch) {
    return static_cast<double>((key.trial.value * 7 + key.fold.value * 3) % 11 + epoch);
  };
  EngineDriver whole;
  whole.curve = curve;
  whole.create(spec);
  whole.join("a");
  whole.run_out();

  driver.curve = curve;
  driver.create(spec);
  FakeWorker& worker = driver.join("a");
  while (state() == StudyState::kActive) {
    driver.restart();
    driver.connect(worker);
    if (worker.tasks.empty()) continue;
    const AttemptId attempt = worker.attempt();
    const FakeWorker::Task& task = worker.tasks.at(attempt);
    if (!task.stop && task.epoch < task.assignment.epochs)
      driver.train_epoch(worker, attempt);
    else
      driver.complete(worker, attempt);
  }
  EXPECT_EQ(params_of(driver.study()), params_of(whole.study()));
  EXPECT_GT(count(TrialState::kPruned), 0);
}

}  // namespace
}  // namespace foldmill::engine
