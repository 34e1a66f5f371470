// asha, hyperband, patient and threshold.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "sampler/pruning/asha_pruner.h"
#include "sampler/pruning/hyperband_pruner.h"
#include "sampler/pruning/patient_pruner.h"
#include "sampler/pruning/percentile_pruner.h"
#include "sampler/pruning/threshold_pruner.h"
#include "tests/support/pruner_world.h"

namespace foldmill::sampler {
namespace {

using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(AshaPruner, KeepsTheBestOfEachRungWhoeverCameThere) {
  const AshaPruner pruner({.type = "asha", .reduction_factor = 2});
  PrunerWorld world;
  world.add_stopped({0.1});
  world.add_stopped({0.2});
  world.add_completed({0.3, 0.3});
  // Of four at the first rung, two go on.
  EXPECT_FALSE(world.ask(pruner, {0.2}).has_value());
  const auto decision = world.ask(pruner, {0.25});
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(*decision, (PruneDecision{FoldIndex(1), 1, 0.25, 0.2, 3, "asha"}));
}

TEST(AshaPruner, JudgesAtRungsOnlyByTheValueThere) {
  const AshaPruner pruner({.type = "asha", .min_peers = 1, .min_epochs = 2, .reduction_factor = 3});
  PrunerWorld world;
  world.add_completed({0.5, 0.5, 0.5, 0.5, 0.5, 0.5});
  EXPECT_FALSE(world.ask(pruner, {0.9}).has_value());
  EXPECT_TRUE(world.ask(pruner, {0.1, 0.9}).has_value());
  EXPECT_FALSE(world.ask(pruner, {0.9, 0.9, 0.9}).has_value());
  EXPECT_FALSE(world.ask(pruner, {0.9, 0.9, 0.9, 0.9}).has_value());
  EXPECT_TRUE(world.ask(pruner, {0.1, 0.1, 0.1, 0.1, 0.1, 0.9}).has_value());
}

TEST(AshaPruner, WaitsForItsPeersAndStopsNan) {
  const AshaPruner pruner({.type = "asha"});
  PrunerWorld world;
  world.add_completed({0.1});
  EXPECT_FALSE(world.ask(pruner, {0.9}).has_value());
  EXPECT_TRUE(world.ask(pruner, {kNan}).has_value());
  world.add_stopped({kNan});  // no rival
  EXPECT_FALSE(world.ask(pruner, {0.9}).has_value());
  world.add_stopped({0.2});
  EXPECT_TRUE(world.ask(pruner, {0.9}).has_value());
}

TEST(Hyperband, SpendsAboutTheSameInEveryBracket) {
  // Three brackets whose first rungs are 1, 3 and 9: 3 * 9 / 3, 3 * 3 / 2 rounded up, 3.
  EXPECT_THAT(bracket_shares(1, 20, 3), ElementsAre(9, 5, 3));
  EXPECT_THAT(bracket_shares(1, 1, 3), ElementsAre(1));
  EXPECT_TRUE(bracket_shares(5, 4, 3).empty());
}

TEST(Hyperband, SpreadsTrialsOverBracketsInProportion) {
  const std::vector<int64_t> shares = bracket_shares(1, 20, 3);
  for (int64_t start : {0, 40, 1000}) {
    std::map<size_t, int> count;
    for (int64_t i = 0; i < 170; ++i) ++count[bracket_of(TrialNumber(start + i), shares)];
    EXPECT_NEAR(count[0], 90, 4);
    EXPECT_NEAR(count[1], 50, 4);
    EXPECT_NEAR(count[2], 30, 4);
  }
}

TEST(Hyperband, RivalsAreOfTheSameBracket) {
  const std::vector<int64_t> shares = bracket_shares(1, 20, 4);
  const HyperbandPruner pruner({.type = "hyperband", .min_peers = 1});
  PrunerWorld world;
  for (int64_t i = 0; i < 40; ++i) {
    const bool first = bracket_of(TrialNumber(i), shares) == 0;
    world.report(TrialNumber(i), {first ? 0.5 : 0.1, 0.5, 0.5, 0.5});
  }
  for (int64_t i = 40; i < 60; ++i) {
    const TrialNumber trial(i);
    const size_t bracket = bracket_of(trial, shares);
    // 0.4 beats all of the first bracket, and nobody else is judged at epoch 1.
    EXPECT_FALSE(world.ask(pruner, trial, {0.4}).has_value());
    EXPECT_EQ(world.ask(pruner, trial, {0.6}).has_value(), bracket == 0);
    EXPECT_EQ(world.ask(pruner, trial, {0.6, 0.6, 0.6, 0.6}).has_value(), bracket <= 1);
  }
}

TEST(PatientPruner, BearsSomeEpochsWithoutImprovement) {
  const PatientPruner pruner({.type = "patient", .patience = 1}, nullptr);
  PrunerWorld world;
  EXPECT_FALSE(world.ask(pruner, {0.1, 0.5}).has_value());
  const auto decision = world.ask(pruner, {0.1, 0.5, 0.4});
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(*decision, (PruneDecision{FoldIndex(1), 3, 0.4, 0.1, 0, "patient"}));
  EXPECT_FALSE(world.ask(pruner, {0.4, 0.5, 0.4}).has_value());  // as good is not worse
  EXPECT_FALSE(world.ask(pruner, {0.1, kNan, kNan}).has_value());
}

TEST(PatientPruner, MinDeltaAndDirection) {
  PruningSpec options{.type = "patient", .patience = 0, .min_delta = 0.2};
  PrunerWorld up(Direction::kMaximize);
  EXPECT_FALSE(up.ask(PatientPruner(options, nullptr), {0.5, 0.35}).has_value());
  EXPECT_TRUE(up.ask(PatientPruner(options, nullptr), {0.5, 0.25}).has_value());
  EXPECT_FALSE(up.ask(PatientPruner(options, nullptr), {0.5, 0.9}).has_value());
}

TEST(PatientPruner, AsksAnotherWhenItsPatienceIsGone) {
  const PruningSpec median{.type = "median", .warmup_trials = 1, .min_peers = 1};
  const PatientPruner pruner({.type = "patient", .patience = 0, .around = "median"},
                             std::make_unique<PercentilePruner>(median, 50));
  PrunerWorld world;
  world.add_completed({0.5, 0.5});
  EXPECT_FALSE(world.ask(pruner, {0.9, 0.8}).has_value());  // improving
  EXPECT_FALSE(world.ask(pruner, {0.3, 0.4}).has_value());  // the median lets it pass
  const auto decision = world.ask(pruner, {0.7, 0.8});
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->pruner, "median");
}

TEST(ThresholdPruner, StopsWhatIsBeyondItsBounds) {
  const ThresholdPruner pruner({.type = "threshold", .lower = 0.1, .upper = 0.9});
  PrunerWorld world;
  EXPECT_FALSE(world.ask(pruner, {0.1}).has_value());
  EXPECT_FALSE(world.ask(pruner, {9, 0.9}).has_value());
  EXPECT_EQ(world.ask(pruner, {0.05})->threshold, 0.1);
  EXPECT_EQ(world.ask(pruner, {0.95})->threshold, 0.9);
  EXPECT_TRUE(world.ask(pruner, {kNan}).has_value());
  EXPECT_TRUE(world.ask(pruner, {-INFINITY}).has_value());
}

TEST(ThresholdPruner, WarmUpAndInterval) {
  const ThresholdPruner pruner(
      {.type = "threshold", .warmup_epochs = 2, .interval = 2, .upper = 0.9});
  PrunerWorld world;
  EXPECT_FALSE(world.ask(pruner, {1}).has_value());
  EXPECT_TRUE(world.ask(pruner, {1, 1}).has_value());
  EXPECT_FALSE(world.ask(pruner, {1, 1, 1}).has_value());
  EXPECT_TRUE(world.ask(pruner, {1, 1, 1, 1}).has_value());
}

TEST(FoldHistory, AReportReplacesAndCanBeForgotten) {
  FoldHistory history;
  history.record(TrialNumber(1), 1, 0.5);
  history.record(TrialNumber(1), 1, 0.4);
  history.record(TrialNumber(1), 2, 0.3);
  ASSERT_EQ(history.reported(1).size(), 2u);
  EXPECT_TRUE(std::isnan(history.reported(1)[0]));
  EXPECT_EQ(history.reported(1)[1], 0.4);
  history.forget_after(TrialNumber(1), 1);
  EXPECT_EQ(history.reported(1)[1], 0.4);
  EXPECT_TRUE(std::isnan(history.reported(2)[1]));
  EXPECT_TRUE(history.reported(3).empty());
  EXPECT_TRUE(history.reported(0).empty());
  EXPECT_EQ(history.completed(1).count(), 0u);
}

}  // namespace
}  // namespace foldmill::sampler
