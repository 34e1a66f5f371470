// Several objectives and constraints: what a trial's values are, and who is feasible.

#include <cmath>

#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::HasSubstr;

// Of one epoch.
struct Measured {
  double val_loss;
  double size;
  double heat = 0;
};

class ObjectivesTest : public EngineTest {
 protected:
  static StudySpec two_objectives(int64_t trials, int folds = 1, int64_t epochs = 2) {
    StudySpec spec = testing::small_study(trials, folds, epochs);
    spec.more_objectives = {{"size", Direction::kMaximize}};
    spec.constraints = {{"heat", Relation::kAtMost, 10}};
    return spec;
  }

  effect::SendAck report(FakeWorker& worker, AttemptId attempt, int64_t epoch,
                         const Measured& measured) {
    return driver.report(
        worker, attempt,
        EpochReport{
            epoch,
            {{"val_loss", measured.val_loss}, {"size", measured.size}, {"heat", measured.heat}},
            1});
  }

  // The worker's only task, from its first epoch to its end.
  void train(FakeWorker& worker, const std::vector<Measured>& epochs) {
    const AttemptId attempt = worker.attempt();
    driver.started(worker, attempt);
    for (size_t i = 0; i < epochs.size(); ++i)
      report(worker, attempt, static_cast<int64_t>(i) + 1, epochs[i]);
    driver.finish(worker, attempt, kSucceeded);
  }

  double metric(int64_t trial, const char* name) const {
    return find_metric(driver.trial(trial).metrics, name).value();
  }
};

TEST_F(ObjectivesTest, AllValuesOfATrialAreOfTheEpochThatItsValueIsOf) {
  StudySpec spec = two_objectives(1, 1, 3);
  spec.objective.take = Take::kBestEpoch;
  driver.create(spec);
  train(driver.join("a"), {{3, 1, 5}, {1, 2, 6}, {2, 9, 7}});
  EXPECT_EQ(driver.trial(0).value, 1);
  EXPECT_EQ(metric(0, "size"), 2);
  EXPECT_EQ(metric(0, "heat"), 6);
  EXPECT_EQ(driver.trial(0).violation, 0);
}

TEST_F(ObjectivesTest, TheyAreMeansOverTheFolds) {
  driver.create(two_objectives(1, 2, 1));
  FakeWorker& worker = driver.join("a");
  train(worker, {{1, 10, 4}});
  train(worker, {{3, 30, 20}});
  EXPECT_EQ(driver.trial(0).value, 2);
  EXPECT_EQ(metric(0, "size"), 20);
  EXPECT_EQ(metric(0, "heat"), 12);
  EXPECT_DOUBLE_EQ(driver.trial(0).violation, 0.2);
}

TEST_F(ObjectivesTest, AnInfeasibleTrialCompletesAndCounts) {
  driver.create(two_objectives(2, 1, 1));
  FakeWorker& worker = driver.join("a");
  train(worker, {{0, 100, 30}});
  train(worker, {{1, 1, 1}});
  EXPECT_EQ(count(TrialState::kCompleted), 2);
  EXPECT_EQ(driver.trial(0).violation, 2);
  EXPECT_EQ(driver.trial(1).violation, 0);
  EXPECT_EQ(state(), StudyState::kCompleted);
}

TEST_F(ObjectivesTest, TheSamplerSeesLossesAndViolations) {
  driver.create(two_objectives(3, 1, 1));
  FakeWorker& worker = driver.join("a");
  driver.hold_suggestions(true);
  train(worker, {{0.5, 7, 20}});
  const auto asked = driver.performed<effect::AskSampler>();
  ASSERT_FALSE(asked.empty());
  const sampler::Observation& seen = *asked.back().history.entries().at(0);
  EXPECT_EQ(seen.value, 0.5);
  EXPECT_EQ(seen.more_losses, std::vector<double>{-7});  // more is better
  EXPECT_EQ(seen.violation, 1);
  driver.hold_suggestions(false);
}

TEST_F(ObjectivesTest, CurvesOfAllMetricsOutliveARestart) {
  StudySpec spec = two_objectives(1, 1, 3);
  spec.objective.take = Take::kBestEpoch;
  driver.create(spec);
  FakeWorker& worker = driver.join("a");
  const AttemptId first = worker.attempt();
  driver.started(worker, first);
  report(worker, first, 1, {1, 11, 3});
  report(worker, first, 2, {2, 22, 4});
  driver.restart();
  driver.connect(worker);
  report(worker, worker.attempt(), 3, {3, 33, 5});
  driver.finish(worker, worker.attempt(), kSucceeded);
  EXPECT_EQ(driver.trial(0).value, 1);
  EXPECT_EQ(metric(0, "size"), 11);
  EXPECT_EQ(metric(0, "heat"), 3);
}

TEST_F(ObjectivesTest, AnEpochWithoutOneOfTheMetricsIsRejected) {
  driver.create(two_objectives(1));
  FakeWorker& worker = driver.join("a");
  driver.started(worker, worker.attempt());
  const auto ack =
      driver.report(worker, worker.attempt(), EpochReport{1, {{"val_loss", 1}, {"size", 1}}, 1});
  EXPECT_EQ(ack.verdict, AckVerdict::kRejected);
  EXPECT_THAT(ack.message, HasSubstr("without the metric 'heat'"));
}

TEST_F(ObjectivesTest, AnyObjectiveMayDiverge) {
  driver.create(two_objectives(1));
  FakeWorker& worker = driver.join("a");
  driver.started(worker, worker.attempt());
  report(worker, worker.attempt(), 1, {1, kNan, 1});
  EXPECT_EQ(driver.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(driver.trial(0).cause, EndCause::kDiverged);
  EXPECT_THAT(driver.ledger().end_of(TrialKey{StudyId(1), TrialNumber(0)})->message,
              HasSubstr("size is nan at epoch 1"));
}

TEST_F(ObjectivesTest, AMetricWithAConstraintOnlyHasToHoldAtTheEnd) {
  driver.create(two_objectives(2));
  FakeWorker& worker = driver.join("a");
  train(worker, {{1, 1, kNan}, {1, 1, 1}});
  train(worker, {{1, 1, 1}, {1, 1, kNan}});
  EXPECT_EQ(driver.trial(0).violation, 0);
  EXPECT_EQ(driver.trial(1).state, TrialState::kCompleted);
  EXPECT_TRUE(std::isinf(driver.trial(1).violation));
}

TEST_F(ObjectivesTest, AnInfeasibleTrialIsNoMeasureForOthers) {
  for (const bool feasible : {false, true}) {
    EngineDriver world;
    StudySpec spec = testing::small_study(2, 1, 2);
    spec.constraints = {{"val_loss", Relation::kAtLeast, feasible ? 0.0 : 0.5}};
    spec.pruning.type = "median";
    spec.pruning.warmup_trials = 1;
    spec.pruning.min_peers = 1;
    world.create(spec);
    world.curve = [](const FoldKey& key, int64_t) { return key.trial.value == 0 ? 0.1 : 0.9; };
    world.join("a");
    world.run_out();
    EXPECT_EQ(world.trial(0).violation == 0, feasible);
    EXPECT_EQ(world.trial(1).state, feasible ? TrialState::kPruned : TrialState::kCompleted);
    EXPECT_THAT(world.violations(), ::testing::IsEmpty());
  }
}

}  // namespace
}  // namespace foldmill::engine
