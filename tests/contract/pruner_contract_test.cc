// What every pruner promises, whatever its rule.

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/random.h"
#include "tests/support/pruner_world.h"

namespace foldmill::sampler {
namespace {

constexpr double kBad[] = {std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()};

double random_value(Random& random) {
  return random.below(8) == 0 ? kBad[random.below(3)] : random.normal();
}

std::vector<double> random_values(Random& random, size_t count) {
  std::vector<double> values;
  while (values.size() < count) values.push_back(random_value(random));
  return values;
}

bool same(const std::optional<PruneDecision>& a, const std::optional<PruneDecision>& b) {
  const auto equal = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  if (!a || !b) return a.has_value() == b.has_value();
  return a->fold == b->fold && a->epoch == b->epoch && equal(a->value, b->value) &&
         equal(a->threshold, b->threshold) && a->peers == b->peers && a->pruner == b->pruner &&
         a->p_value == b->p_value;
}

class PrunerContract : public testing::TestWithParam<std::tuple<std::string, Direction>> {
 protected:
  void SetUp() override {
    PruningSpec spec;
    std::tie(spec.type, direction_) = GetParam();
    if (spec.type == "median" || spec.type == "percentile") spec.warmup_trials = 1;
    if (spec.type == "threshold") {
      spec.lower = -2;
      spec.upper = 2;
    }
    type_ = spec.type;
    pruner_ = make_pruner(spec).value();
  }

  // The better of two, in the direction of the test.
  double good() const { return direction_ == Direction::kMinimize ? 0.1 : 0.5; }
  double bad() const { return direction_ == Direction::kMinimize ? 0.5 : 0.1; }

  std::string type_;
  Direction direction_ = Direction::kMinimize;
  std::unique_ptr<Pruner> pruner_;
};

TEST_P(PrunerContract, AnswersTheSameTwiceAndSaysWhere) {
  Random random(21);
  for (int round = 0; round < 500; ++round) {
    PrunerWorld world(direction_);
    for (uint64_t i = random.below(8); i > 0; --i) {
      const auto values = random_values(random, 1 + random.below(12));
      if (random.below(3) == 0)
        world.add_stopped(values);
      else
        world.add_completed(values);
    }
    const auto own = random_values(random, 1 + random.below(12));
    const auto decision = world.ask(*pruner_, own);
    EXPECT_TRUE(same(decision, world.ask(*pruner_, own)));
    if (!decision) continue;
    EXPECT_EQ(decision->fold, FoldIndex(1));
    EXPECT_EQ(decision->epoch, static_cast<int64_t>(own.size()));
    EXPECT_EQ(decision->pruner, type_);
    EXPECT_LE(decision->peers, world.trials);
  }
}

TEST_P(PrunerContract, ARaceIsAskedWithAnythingAndNeverStopsTheBest) {
  Random random(22);
  for (int round = 0; round < 500; ++round) {
    const int folds = 1 + static_cast<int>(random.below(6));
    RaceStandings standings(folds, direction_);
    for (uint64_t i = 0; i < random.below(6); ++i)
      standings.add(TrialNumber(static_cast<int64_t>(i)),
                    random_values(random, static_cast<size_t>(folds)));
    const auto own = random_values(random, static_cast<size_t>(folds));
    const RaceQuestion question{
        .fold = FoldIndex(0), .epoch = 3, .values = own, .standings = &standings};
    const auto decision = pruner_->should_stop_race(question);
    EXPECT_TRUE(same(decision, pruner_->should_stop_race(question)));
    if (!decision) continue;
    EXPECT_EQ(decision->pruner, type_);
    EXPECT_TRUE(better(decision->threshold, decision->value, direction_));
    EXPECT_EQ(decision->peers, standings.trials());
  }
}

TEST_P(PrunerContract, WithoutOthersAnOrdinaryValueGoesOn) {
  PrunerWorld world(direction_);
  EXPECT_FALSE(world.ask(*pruner_, {bad()}).has_value());
}

TEST_P(PrunerContract, TheBestFoldSoFarGoesOn) {
  PrunerWorld world(direction_);
  std::vector<double> own;
  for (int i = 0; i < 5; ++i) world.add_completed(std::vector<double>(20, bad()));
  for (int epoch = 1; epoch <= 20; ++epoch) {
    own.push_back(good());
    EXPECT_FALSE(world.ask(*pruner_, own).has_value()) << epoch;
  }
}

std::string name_of(const testing::TestParamInfo<PrunerContract::ParamType>& info) {
  return std::get<0>(info.param) +
         (std::get<1>(info.param) == Direction::kMinimize ? "Minimize" : "Maximize");
}

INSTANTIATE_TEST_SUITE_P(AllPruners, PrunerContract,
                         testing::Combine(testing::ValuesIn(pruning_types()),
                                          testing::Values(Direction::kMinimize,
                                                          Direction::kMaximize)),
                         name_of);

}  // namespace
}  // namespace foldmill::sampler
