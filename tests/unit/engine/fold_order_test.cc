// Which folds run when, and what stops a trial between them.

#include "core/text.h"
#include "tests/unit/engine/engine_fixture.h"

namespace foldmill::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class FoldOrderTest : public EngineTest {
 protected:
  static StudySpec study_in(FoldOrder order, int64_t trials, int folds) {
    StudySpec spec = small_study(trials, folds);
    spec.schedule.order = order;
    return spec;
  }

  // "trial/fold" of what a worker holds.
  static std::vector<std::string> held(const FakeWorker& worker) {
    std::vector<std::string> names;
    for (const auto& [attempt, task] : worker.tasks)
      names.push_back(
          concat(task.assignment.fold.trial.value, "/", task.assignment.fold.fold.value));
    return names;
  }

  AttemptId holder(const FakeWorker& worker, int64_t trial, int64_t fold) {
    for (const auto& [attempt, task] : worker.tasks)
      if (task.assignment.fold.trial.value == trial && task.assignment.fold.fold.value == fold)
        return attempt;
    return AttemptId(0);
  }
};

TEST_F(FoldOrderTest, TheFirstFoldRunsAloneAndTheOthersFollowTogether) {
  driver.create(study_in(FoldOrder::kFirstFoldFirst, 2, 3));
  FakeWorker& worker = driver.join("a", 3);
  EXPECT_THAT(held(worker), ElementsAre("0/0", "1/0"));  // and one slot has nothing to do
  driver.complete(worker, holder(worker, 0, 0));
  EXPECT_THAT(held(worker), UnorderedElementsAre("1/0", "0/1", "0/2"));
  driver.run_out();
  EXPECT_EQ(state(), StudyState::kCompleted);
  EXPECT_EQ(count(TrialState::kCompleted), 2);
}

TEST_F(FoldOrderTest, InterleavedTrialsRunOneFoldAtATime) {
  driver.create(study_in(FoldOrder::kInterleave, 3, 3));
  FakeWorker& worker = driver.join("a", 2);
  EXPECT_THAT(held(worker), ElementsAre("0/0", "1/0"));
  driver.complete(worker, holder(worker, 0, 0));
  EXPECT_THAT(held(worker), UnorderedElementsAre("1/0", "0/1"));
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 3);
}

TEST_F(FoldOrderTest, ARestartKnowsWhichFoldsMayRun) {
  for (const FoldOrder order : {FoldOrder::kFirstFoldFirst, FoldOrder::kInterleave}) {
    EngineDriver own;
    own.create(study_in(order, 1, 3));
    FakeWorker& worker = own.join("a", 3);
    EXPECT_THAT(held(worker), ElementsAre("0/0"));
    own.drain(worker);
    own.finish(worker, worker.attempt(), {AttemptState::kStopped, EndCause::kPreempted, {}});
    own.restart();
    FakeWorker& other = own.join("b", 3);
    EXPECT_THAT(held(other), ElementsAre("0/0")) << to_string(order);
    own.run_out();
    EXPECT_EQ(own.study().state, StudyState::kCompleted);
    EXPECT_TRUE(own.violations().empty());
  }
}

TEST_F(FoldOrderTest, TrialsOfATopRunTheirFirstFoldOnly) {
  StudySpec spec = small_study(4, 5);
  spec.schedule.top = 2;
  driver.create(spec);
  driver.join("a", 2);
  driver.run_out();
  EXPECT_EQ(count(TrialState::kCompleted), 4);
  EXPECT_EQ(driver.trial(0).folds.size(), 1u);
}

TEST_F(FoldOrderTest, TheValueIsWhatTheFoldsAggregateTo) {
  driver.curve = [](const FoldKey& key, int64_t) {
    return std::array{1.0, 2.0, 6.0}[static_cast<size_t>(key.fold.value)];
  };
  const auto value_by = [&](Aggregate aggregate, Direction direction) {
    EngineDriver own;
    own.curve = driver.curve;
    StudySpec spec = small_study(1, 3);
    spec.schedule.aggregate = aggregate;
    spec.objective.direction = direction;
    own.create(spec);
    own.join("a");
    own.run_out();
    return own.trial(0).value.value();
  };
  EXPECT_DOUBLE_EQ(value_by(Aggregate::kMean, Direction::kMinimize), 3);
  EXPECT_DOUBLE_EQ(value_by(Aggregate::kMedian, Direction::kMinimize), 2);
  EXPECT_DOUBLE_EQ(value_by(Aggregate::kMeanPlusStd, Direction::kMinimize), 3 + std::sqrt(7));
  EXPECT_DOUBLE_EQ(value_by(Aggregate::kMeanPlusStd, Direction::kMaximize), 3 - std::sqrt(7));
}

// Values are trial + fold: the race sees a trial that is worse by more than any noise.
class RaceBesideAPrunerTest : public FoldOrderTest {
 protected:
  RaceBesideAPrunerTest() {
    driver.curve = [](const FoldKey& key, int64_t) {
      const double jitter =
          1e-3 * static_cast<double>((key.trial.value * 7 + key.fold.value * 3) % 5);
      return static_cast<double>(key.trial.value < 3 ? 0 : 10) +
             static_cast<double>(key.fold.value) + jitter;
    };
  }

  static StudySpec race_study() {
    StudySpec spec = small_study(4, 5);
    spec.schedule.order = FoldOrder::kInterleave;
    spec.schedule.race.emplace();
    return spec;
  }
};

TEST_F(RaceBesideAPrunerTest, ATrialStoppedBetweenFoldsKeepsAnEstimate) {
  driver.create(race_study());
  driver.join("a");
  driver.run_out();
  const TrialSnapshot& worse = driver.trial(3);
  ASSERT_EQ(worse.state, TrialState::kPruned);
  EXPECT_TRUE(worse.estimated);
  // Two folds of 0 … 4 were run: their mean is corrected for the harder ones that were not.
  EXPECT_NEAR(worse.value.value(), 12, 0.1);
  EXPECT_EQ(worse.folds.at(4).state, FoldState::kStopped);
  EXPECT_FALSE(driver.trial(0).estimated);
  driver.restart();
  EXPECT_TRUE(driver.trial(3).estimated);
}

TEST_F(RaceBesideAPrunerTest, TheSamplerIsToldThatItIsAnEstimate) {
  StudySpec spec = race_study();
  spec.trials = 5;
  driver.create(spec);
  driver.hold_suggestions(true);
  FakeWorker& worker = driver.join("a");
  for (int trial = 0; trial < 4; ++trial) {
    driver.hold_suggestions(false);
    driver.hold_suggestions(true);
    while (!worker.tasks.empty()) driver.complete(worker, worker.attempt());
  }
  const auto asked = driver.performed<effect::AskSampler>();
  ASSERT_FALSE(asked.empty());
  const auto& history = asked.back().history;
  ASSERT_EQ(history.size(), 4u);
  EXPECT_TRUE(history.entries()[3]->estimated);
  EXPECT_EQ(history.entries()[3]->folds, 2);
  EXPECT_EQ(history.entries()[0]->folds, 5);
  // The noise of one fold's value, whose error over five folds is less than over two.
  EXPECT_GT(history.standard_error(*history.entries()[3]),
            history.standard_error(*history.entries()[0]));
}

TEST_F(RaceBesideAPrunerTest, WithinAFoldThePrunerStillJudges) {
  StudySpec spec = race_study();
  spec.pruning = PruningSpec{.type = "threshold", .upper = 5};
  driver.create(spec);
  driver.join("a");
  driver.run_out();
  const TrialSnapshot& worse = driver.trial(3);
  ASSERT_EQ(worse.state, TrialState::kPruned);
  EXPECT_FALSE(worse.estimated);  // in its first fold, whose last value says nothing of the others
  EXPECT_EQ(worse.folds.at(1).attempts.size(), 0u);
}

}  // namespace
}  // namespace foldmill::engine
