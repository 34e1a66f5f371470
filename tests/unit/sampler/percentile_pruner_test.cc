#include "sampler/pruning/percentile_pruner.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/pruner_world.h"
#include "tests/unit/sampler/golden_file.h"

namespace foldmill::sampler {
namespace {

// Two completed trials whose folds had 0.2 and 0.4 at epochs 1 and 2: the median is 0.3.
class MedianPrunerTest : public testing::Test {
 protected:
  std::optional<PruneDecision> ask(const std::vector<double>& values,
                                   Direction direction = Direction::kMinimize) const {
    PrunerWorld world(direction);
    for (const auto& peer : peers) world.add_completed(peer);
    world.completed_trials = completed_trials;
    return world.ask(PercentilePruner(options, percent), values);
  }

  std::vector<std::vector<double>> peers{{0.2, 0.2}, {0.4, 0.4}};
  int64_t completed_trials = 5;
  double percent = 50;
  PruningSpec options;
};

TEST_F(MedianPrunerTest, SaysWhyInNumbers) {
  const auto decision = ask({0.9, 0.5});
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->fold, FoldIndex(1));
  EXPECT_EQ(decision->epoch, 2);
  EXPECT_EQ(decision->value, 0.5);
  EXPECT_DOUBLE_EQ(decision->threshold, 0.3);
  EXPECT_EQ(decision->peers, 2);
  EXPECT_EQ(decision->pruner, "median");
}

TEST_F(MedianPrunerTest, TheComparisonIsStrict) {
  peers[1] = {0.2, 0.2};
  EXPECT_FALSE(ask({0.2}).has_value());
  EXPECT_TRUE(ask({0.2001}).has_value());
}

TEST_F(MedianPrunerTest, OwnBestSoFarCounts) { EXPECT_FALSE(ask({0.1, 0.9}).has_value()); }

TEST_F(MedianPrunerTest, MaximizingTurnsItRound) {
  EXPECT_TRUE(ask({0.1}, Direction::kMaximize).has_value());
  EXPECT_FALSE(ask({0.35}, Direction::kMaximize).has_value());
}

TEST_F(MedianPrunerTest, WaitsForCompletedTrials) {
  completed_trials = 4;
  EXPECT_FALSE(ask({0.9}).has_value());
  completed_trials = 0;
  options.warmup_trials = 0;
  EXPECT_FALSE(ask({std::nan("")}).has_value());
}

TEST_F(MedianPrunerTest, WaitsForTheWarmUpEpochAndPrunesAtIt) {
  options.warmup_epochs = 2;
  EXPECT_FALSE(ask({0.9}).has_value());
  EXPECT_TRUE(ask({0.9, 0.9}).has_value());
}

TEST_F(MedianPrunerTest, ChecksOncePerInterval) {
  options.interval = 2;
  EXPECT_TRUE(ask({0.9}).has_value());
  EXPECT_TRUE(ask({0.9, 0.9}).has_value());
  options.interval = 3;
  EXPECT_FALSE(ask({0.9, 0.9}).has_value());
}

TEST_F(MedianPrunerTest, NeedsPeersAtExactlyThisEpoch) {
  EXPECT_FALSE(ask({0.9, 0.9, 0.9}).has_value());
  peers[1] = {0.4};
  EXPECT_FALSE(ask({0.9, 0.9}).has_value());
  options.min_peers = 1;
  EXPECT_TRUE(ask({0.9, 0.9}).has_value());
}

TEST_F(MedianPrunerTest, NothingButNanIsPrunedWhateverThePeersSay) {
  EXPECT_TRUE(ask({std::nan("")}).has_value());
  EXPECT_FALSE(ask({0.1, std::nan("")}).has_value());
  peers.clear();
  const auto decision = ask({std::nan("")});
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->peers, 0);
  EXPECT_TRUE(std::isnan(decision->threshold));
}

TEST_F(MedianPrunerTest, NoMedianNoPruning) {
  peers = {{std::nan("")}, {std::nan("")}};
  EXPECT_FALSE(ask({0.9}).has_value());
}

TEST_F(MedianPrunerTest, APercentileLetsThatShareOfThePeersPast) {
  peers = {{0.1}, {0.2}, {0.3}, {0.4}, {0.5}};
  percent = 25;
  options.type = "percentile";
  EXPECT_FALSE(ask({0.2}).has_value());
  const auto decision = ask({0.21});
  ASSERT_TRUE(decision.has_value());
  EXPECT_DOUBLE_EQ(decision->threshold, 0.2);
  EXPECT_EQ(decision->pruner, "percentile");
  EXPECT_FALSE(ask({0.4}, Direction::kMaximize).has_value());
  EXPECT_TRUE(ask({0.39}, Direction::kMaximize).has_value());
}

void expect_number(double actual, double expected) {
  if (std::isfinite(expected))
    EXPECT_DOUBLE_EQ(actual, expected);
  else
    EXPECT_TRUE(actual == expected || (std::isnan(actual) && std::isnan(expected))) << actual;
}

TEST(MedianPrunerGolden, DecidesLikeAnIndependentImplementation) {
  const auto cases = read_golden("median_decisions.json");
  ASSERT_GT(cases.size(), 100u);
  for (const auto& golden : cases) {
    SCOPED_TRACE(golden.dump());
    PruningSpec options;
    options.warmup_trials = golden["warmup_trials"];
    options.warmup_epochs = golden["warmup_epochs"];
    options.interval = golden["interval"];
    options.min_peers = golden["min_peers"];
    PrunerWorld world(*parse_direction(golden["direction"].get<std::string>()));
    for (const auto& peer : golden["peers"]) world.add_completed(golden_numbers(peer));
    const std::vector<double> own = golden_numbers(golden["curve"]);
    const auto decision = world.ask(PercentilePruner(options, 50), own);

    const auto& expected = golden["decision"];
    ASSERT_EQ(decision.has_value(), !expected.is_null());
    if (!decision) continue;
    EXPECT_EQ(decision->epoch, static_cast<int64_t>(own.size()));
    expect_number(decision->value, golden_number(expected[0]));
    expect_number(decision->threshold, golden_number(expected[1]));
    EXPECT_EQ(decision->peers, expected[2].get<int64_t>());
  }
}

}  // namespace
}  // namespace foldmill::sampler
