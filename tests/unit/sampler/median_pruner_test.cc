#include "sampler/pruning/median_pruner.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/sampler/golden_file.h"

namespace foldmill::sampler {
namespace {

LearningCurve curve(const std::vector<double>& values) {
  LearningCurve out;
  for (double value : values) out.append(value);
  return out;
}

// Two completed trials whose folds had 0.2 and 0.4 at epochs 1 and 2: the median is 0.3.
class MedianPrunerTest : public testing::Test {
 protected:
  std::optional<PruneDecision> ask(const std::vector<double>& values,
                                   Direction direction = Direction::kMinimize) const {
    const LearningCurve own = curve(values);
    return MedianPruner(options).should_prune(
        {FoldIndex(1), &own, peers, completed_trials, direction});
  }

  LearningCurve first = curve({0.2, 0.2});
  LearningCurve second = curve({0.4, 0.4});
  std::vector<const LearningCurve*> peers{&first, &second};
  int64_t completed_trials = 5;
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
  second = curve({0.2, 0.2});
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
  second = curve({0.4});
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
  first = second = curve({std::nan("")});
  EXPECT_FALSE(ask({0.9}).has_value());
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
    std::vector<LearningCurve> peers;
    for (const auto& peer : golden["peers"]) peers.push_back(curve(golden_numbers(peer)));
    std::vector<const LearningCurve*> views;
    for (const LearningCurve& peer : peers) views.push_back(&peer);
    const LearningCurve own = curve(golden_numbers(golden["curve"]));
    const auto decision = MedianPruner(options).should_prune(
        {FoldIndex(0), &own, views, golden["completed_trials"],
         *parse_direction(golden["direction"].get<std::string>())});

    const auto& expected = golden["decision"];
    ASSERT_EQ(decision.has_value(), !expected.is_null());
    if (!decision) continue;
    EXPECT_EQ(decision->epoch, own.last_epoch());
    expect_number(decision->value, golden_number(expected[0]));
    expect_number(decision->threshold, golden_number(expected[1]));
    EXPECT_EQ(decision->peers, expected[2].get<int64_t>());
  }
}

}  // namespace
}  // namespace foldmill::sampler
