#include "coordinator/simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <string>

#include "coordinator/simulation/closed_form.h"
#include "core/text.h"
#include "tests/support/change_ledger.h"
#include "tests/unit/simulation/simulated_study.h"

namespace foldmill::simulation {
namespace {

using testing::ChangeLedger;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Kind = FleetAct::Kind;

std::unique_ptr<Curves> kfold() { return make_closed_form("mixed-kfold").value(); }

// Curves by a function of (trial, fold, epoch).
class FunctionCurves final : public Curves {
 public:
  using Function = std::function<Result<EpochOutcome>(int64_t trial, int64_t fold, int64_t epoch)>;
  explicit FunctionCurves(Function function) : function_(std::move(function)) {}

  std::string describe() const override { return "a function"; }
  Status check(const StudySpec&) const override { return ok_status(); }
  Result<std::unique_ptr<TrialCurves>> begin(const StudySpec&, TrialNumber trial,
                                             const ParameterSet&) override {
    return std::unique_ptr<TrialCurves>(std::make_unique<Trial>(function_, trial));
  }

 private:
  class Trial final : public TrialCurves {
   public:
    Trial(const Function& function, TrialNumber trial) : function_(function), trial_(trial) {}
    Result<EpochOutcome> at(FoldIndex fold, int64_t epoch) override {
      return function_(trial_.value, fold.value, epoch);
    }

   private:
    const Function& function_;
    TrialNumber trial_;
  };
  Function function_;
};

// Every fold runs, and folds of one trial side by side.
StudySpec unpruned(StudySpec spec) {
  spec.pruning.type = "none";
  spec.schedule.order = FoldOrder::kTrialFirst;
  return spec;
}

TEST(Simulation, OneWorkerTakesTheSumOfAllEpochs) {
  const auto outcome = simulate(unpruned(mixed_study(4, 3, 5)), {.epoch_seconds = 7}, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->completed, 4);
  EXPECT_EQ(outcome->fold_epochs, 60);
  EXPECT_EQ(outcome->fold_runs, 12);
  EXPECT_DOUBLE_EQ(outcome->seconds, 60 * 7);
  EXPECT_DOUBLE_EQ(outcome->busy_seconds, 60 * 7);
}

TEST(Simulation, WorkersShareTheFoldsAccordingToTheirSpeed) {
  const Fleet fleet{.workers = 2, .epoch_seconds = 10, .speeds = {1, 2}};
  // Three folds of five epochs: the fast worker does two while the slow one does the other.
  const auto outcome = simulate(unpruned(mixed_study(1, 3, 5)), fleet, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_DOUBLE_EQ(outcome->seconds, 50);
  EXPECT_DOUBLE_EQ(outcome->busy_seconds, 100);
}

TEST(Simulation, EpochsTakeWhatTheCurvesSayUnlessTheFleetKnowsBetter) {
  FunctionCurves curves([](int64_t, int64_t fold, int64_t) {
    return EpochOutcome{1.0, 3.0 + fold};
  });
  EXPECT_DOUBLE_EQ(simulate(unpruned(mixed_study(1, 2, 2)), {}, curves)->seconds, 2 * 3 + 2 * 4);
  EXPECT_DOUBLE_EQ(simulate(unpruned(mixed_study(1, 2, 2)), {.epoch_seconds = 1}, curves)->seconds,
                   4);
}

TEST(Simulation, TheSameSeedGivesTheSameWorld) {
  const Fleet fleet{.workers = 7, .speed_spread = 0.4, .mean_up_seconds = 2000};
  const auto run = [&](uint64_t seed) {
    std::string story;
    const auto outcome = simulate(mixed_study(30, 3, 6, seed), fleet, *kfold(),
                                  [&](const Change& change) { story += name_of(change); });
    EXPECT_TRUE(outcome.ok()) << outcome.status().message();
    return concat(story, format_number(outcome->seconds), format_number(outcome->best->value));
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST(Simulation, PruningSavesEpochsAndTheBestIsWhatTheStudyWouldShow) {
  ChangeLedger ledger;
  const auto outcome = simulate(mixed_study(40, 5, 20), {.workers = 4}, *kfold(),
                                [&](const Change& change) { ledger.apply(change); });
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_THAT(ledger.violations(), IsEmpty());
  EXPECT_EQ(outcome->completed + outcome->pruned, 40);
  EXPECT_GT(outcome->pruned, 0);
  EXPECT_LT(outcome->fold_epochs, 40 * 5 * 20);
  EXPECT_LE(outcome->best->seconds, outcome->seconds);
  const auto& trials = ledger.study(StudyId(1)).trials;
  const TrialSnapshot& best = trials.at(static_cast<size_t>(outcome->best->trial.value));
  EXPECT_EQ(best.value, outcome->best->value);
  EXPECT_EQ(mixed(best.params), outcome->best->truth);
  for (const TrialSnapshot& trial : trials)
    if (trial.state == TrialState::kCompleted) {
      EXPECT_GE(*trial.value, outcome->best->value);
    }
}

// Random worlds under the judgement of a ledger that shares no code with the engine.
TEST(Simulation, NoFateOfTheWorkersBreaksAnInvariant) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    SCOPED_TRACE(seed);
    const Fleet fleet{.workers = 5,
                      .speed_spread = 0.5,
                      .mean_up_seconds = 3000,
                      .mean_down_seconds = 200,
                      .acts = {{600, Kind::kJoin, 3},
                               {1200, Kind::kDrain, 2},
                               {1800, Kind::kLose, 1},
                               {1830, Kind::kJoin, 2}}};
    StudySpec spec = mixed_study(60, 3, 6, seed);
    spec.resources.retries.worker_lost = 50;
    ChangeLedger ledger;
    const auto outcome =
        simulate(spec, fleet, *kfold(), [&](const Change& change) { ledger.apply(change); });
    ASSERT_TRUE(outcome.ok()) << outcome.status().message();
    EXPECT_THAT(ledger.violations(), IsEmpty());
    EXPECT_GT(outcome->attempts_lost, 0);
    EXPECT_EQ(ledger.study(StudyId(1)).state, StudyState::kCompleted);
    EXPECT_EQ(outcome->completed + outcome->pruned, 60);
  }
}

TEST(Simulation, WhoDiesCostsWhatCameAfterTheCheckpoint) {
  // Of two folds side by side one is lost in its third epoch, at 25 s, and given up 2.5 s later; at
  // 40 s the other worker is free and takes it.
  const Fleet fleet{.workers = 2, .epoch_seconds = 10, .acts = {{25, Kind::kLose, 1}}};
  const auto outcome = simulate(unpruned(mixed_study(1, 2, 4)), fleet, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->attempts_lost, 1);
  EXPECT_EQ(outcome->fold_epochs, 8);
  EXPECT_DOUBLE_EQ(outcome->seconds, 40 + 2 * 10);
  EXPECT_DOUBLE_EQ(outcome->busy_seconds, 80 + 5);
}

TEST(Simulation, WhoIsDrainedGivesBackAtOnce) {
  const Fleet fleet{.workers = 2, .epoch_seconds = 10, .acts = {{25, Kind::kDrain, 1}}};
  const auto outcome = simulate(unpruned(mixed_study(1, 2, 4)), fleet, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->attempts_lost, 0);
  EXPECT_DOUBLE_EQ(outcome->seconds, 40 + 20);
}

TEST(Simulation, WhoJoinsLaterTakesItsPart) {
  const Fleet fleet{.workers = 1, .epoch_seconds = 10, .acts = {{20, Kind::kJoin, 1}}};
  const auto outcome = simulate(unpruned(mixed_study(1, 2, 4)), fleet, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_DOUBLE_EQ(outcome->seconds, 20 + 40);
}

TEST(Simulation, TheBestOfOneFoldAreCrossValidatedWithAllOfThem) {
  // On its first fold trial 5 is the best and trial 4 the next; over all folds it is the other way
  // round.
  FunctionCurves curves([](int64_t trial, int64_t fold, int64_t) {
    return EpochOutcome{fold == 0 ? 10.0 - trial : 20.0 + trial};
  });
  StudySpec spec = unpruned(mixed_study(6, 3, 2));
  spec.schedule.top = 2;
  ChangeLedger ledger;
  const auto outcome = simulate(spec, {.epoch_seconds = 10}, curves,
                                [&](const Change& change) { ledger.apply(change); });
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_THAT(ledger.violations(), IsEmpty());
  EXPECT_EQ(outcome->completed, 6);
  EXPECT_EQ(outcome->validated, 2);
  EXPECT_EQ(outcome->fold_epochs, 6 * 2 + 2 * 3 * 2);
  EXPECT_DOUBLE_EQ(outcome->seconds, 10.0 * static_cast<double>(outcome->fold_epochs));
  EXPECT_EQ(outcome->best->trial, TrialNumber(4));
  EXPECT_DOUBLE_EQ(outcome->best->value, (6 + 24 + 24) / 3.0);
  EXPECT_EQ(ledger.study(StudyId(2)).spec.name, "mixed@cross-validate");
}

TEST(Simulation, TheFinalCrossValidationFollowsWithItsOwnFolds) {
  StudySpec spec = unpruned(mixed_study(4, 2, 3));
  spec.final_stages.cross_validate = CrossValidateStage{.k = 4, .top = 1};
  const auto outcome = simulate(spec, {.workers = 3}, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->validated, 1);
  EXPECT_EQ(outcome->fold_epochs, 4 * 2 * 3 + 4 * 3);
}

TEST(Simulation, WithoutACompletedTrialThereIsNothingToValidate) {
  FunctionCurves curves([](int64_t, int64_t, int64_t) { return EpochOutcome{1.0}; });
  StudySpec spec = mixed_study(3, 3, 2);
  spec.pruning.type = "threshold";
  spec.pruning.upper = 0.5;
  spec.pruning.warmup_epochs = 0;
  spec.schedule.top = 1;
  const auto outcome = simulate(spec, {}, curves);
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->pruned, 3);
  EXPECT_EQ(outcome->validated, 0);
  EXPECT_FALSE(outcome->best);
}

TEST(Simulation, AStudyWithoutWorkersStandsStill) {
  const Fleet fleet{.workers = 2, .acts = {{100, Kind::kLose, 2}}};
  const auto outcome = simulate(unpruned(mixed_study(5, 2, 4)), fleet, *kfold());
  EXPECT_EQ(outcome.status().code(), StatusCode::kFailedPrecondition);
  EXPECT_THAT(outcome.status().message(), HasSubstr("no worker is left"));
}

TEST(Simulation, AStudyThatWouldTakeALifetimeIsRefused) {
  const auto outcome = simulate(unpruned(mixed_study(5, 2, 4)), {.epoch_seconds = 1e8}, *kfold());
  EXPECT_THAT(outcome.status().message(), HasSubstr("not done after 50 years"));
}

TEST(Simulation, DivergedTrialsFailAndAStudyOfThemDoes) {
  FunctionCurves third(
      [](int64_t trial, int64_t, int64_t) { return EpochOutcome{trial % 3 == 0 ? NAN : 1.0}; });
  const auto outcome = simulate(unpruned(mixed_study(10, 2, 2)), {}, third);
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->completed, 10);
  EXPECT_EQ(outcome->failed, 5);

  FunctionCurves all([](int64_t, int64_t, int64_t) { return EpochOutcome{NAN}; });
  EXPECT_THAT(simulate(mixed_study(100, 2, 2), {}, all).status().message(),
              HasSubstr("trials failed in a row"));
}

TEST(Simulation, ATimeLimitEndsIt) {
  StudySpec spec = unpruned(mixed_study(100, 2, 2));
  spec.timeout_seconds = 3600;
  const auto outcome = simulate(spec, {.epoch_seconds = 100}, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_THAT(outcome->reason, HasSubstr("time limit"));
  EXPECT_EQ(outcome->completed, 9);
}

TEST(Simulation, StudiesThatAreTrainedOutsideAreTrainedHere) {
  StudySpec spec = unpruned(mixed_study(3, 2, 2));
  spec.model.type = "external";
  spec.model.command.clear();
  const auto outcome = simulate(spec, {}, *kfold());
  ASSERT_TRUE(outcome.ok()) << outcome.status().message();
  EXPECT_EQ(outcome->completed, 3);
}

TEST(Simulation, RefusesWhatItHasNoNumbersFor) {
  StudySpec spec = unpruned(mixed_study(3, 2, 2));
  spec.more_objectives = {{"n_parameters", Direction::kMinimize}};
  EXPECT_THAT(simulate(spec, {}, *kfold()).status().message(), HasSubstr("n_parameters"));
  spec = mixed_study(3, 2, 2);
  spec.space = {};
  EXPECT_EQ(simulate(spec, {}, *kfold()).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(simulate(mixed_study(3, 2, 2), {.workers = -1}, *kfold()).status().code(),
            StatusCode::kInvalidArgument);
  FunctionCurves broken(
      [](int64_t, int64_t, int64_t) -> Result<EpochOutcome> { return data_loss("no curve"); });
  EXPECT_EQ(simulate(mixed_study(3, 2, 2), {}, broken).status().code(), StatusCode::kDataLoss);
}

}  // namespace
}  // namespace foldmill::simulation
