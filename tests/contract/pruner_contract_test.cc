// What every pruner promises, whatever its rule.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {
namespace {

LearningCurve random_curve(Random& random) {
  constexpr double kBad[] = {std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity()};
  LearningCurve curve;
  const uint64_t epochs = 1 + random.below(12);
  for (uint64_t epoch = 0; epoch < epochs; ++epoch)
    curve.append(random.below(8) == 0 ? kBad[random.below(3)] : random.normal());
  return curve;
}

class PrunerContract : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    PruningSpec spec;
    spec.type = GetParam();
    spec.warmup_trials = 1;
    pruner_ = make_pruner(spec).value();
  }

  std::unique_ptr<Pruner> pruner_;
};

TEST_P(PrunerContract, AnswersTheSameTwiceAndSaysWhere) {
  Random random(21);
  for (int round = 0; round < 500; ++round) {
    std::vector<LearningCurve> peers;
    for (uint64_t i = random.below(8); i > 0; --i) peers.push_back(random_curve(random));
    std::vector<const LearningCurve*> views;
    for (const LearningCurve& peer : peers) views.push_back(&peer);
    const LearningCurve own = random_curve(random);
    const PruningQuestion question{FoldIndex(round % 5), &own, views,
                                   static_cast<int64_t>(peers.size()),
                                   round % 2 == 0 ? Direction::kMinimize : Direction::kMaximize};

    const auto decision = pruner_->should_prune(question);
    const auto again = pruner_->should_prune(question);
    ASSERT_EQ(decision.has_value(), again.has_value());
    if (!decision) continue;
    EXPECT_EQ(decision->fold, question.fold);
    EXPECT_EQ(decision->epoch, own.last_epoch());
    EXPECT_EQ(decision->pruner, GetParam());
    EXPECT_LE(decision->peers, static_cast<int64_t>(peers.size()));
  }
}

TEST_P(PrunerContract, NothingIsPrunedWithoutACompletedTrial) {
  LearningCurve own;
  own.append(1e9);
  EXPECT_FALSE(
      pruner_->should_prune({FoldIndex(0), &own, {}, 0, Direction::kMinimize}).has_value());
}

TEST_P(PrunerContract, TheBestFoldSoFarGoesOn) {
  LearningCurve peer, own;
  peer.append(0.5);
  own.append(0.1);
  const std::vector<const LearningCurve*> peers(5, &peer);
  EXPECT_FALSE(
      pruner_->should_prune({FoldIndex(0), &own, peers, 5, Direction::kMinimize}).has_value());
}

INSTANTIATE_TEST_SUITE_P(AllPruners, PrunerContract, testing::Values("none", "median"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace foldmill::sampler
