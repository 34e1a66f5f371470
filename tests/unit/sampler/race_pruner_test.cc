#include "sampler/pruning/race_pruner.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "core/random.h"

namespace foldmill::sampler {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::optional<PruneDecision> ask(const RaceStandings& standings, const std::vector<double>& values,
                                 double confidence = 0.95, int min_folds = 2) {
  const RacePruner pruner({.type = "race", .confidence = confidence, .min_folds = min_folds});
  return pruner.should_stop_race(
      {.fold = FoldIndex(1), .epoch = 7, .values = values, .standings = &standings});
}

TEST(RaceStandings, TheBestTrialIsTheFirstOfEqualOnes) {
  RaceStandings standings(2, Direction::kMaximize);
  EXPECT_FALSE(standings.best_mean().has_value());
  EXPECT_FALSE(standings.appraise(std::vector<double>{1, kNan}).has_value());
  standings.add(TrialNumber(4), std::vector<double>{1, 3});
  standings.add(TrialNumber(3), std::vector<double>{0, 2});
  standings.add(TrialNumber(5), std::vector<double>{9, kNan});  // teaches nothing
  EXPECT_EQ(standings.best_mean(), 2);
  EXPECT_EQ(standings.trials(), 2);
  EXPECT_EQ(standings.residual_sum(), 0);  // trial and fold explain all of it
}

TEST(RaceStandings, ExpectsTheRestOfTheFoldsByTheirDifficulty) {
  RaceStandings standings(3, Direction::kMinimize);
  standings.add(TrialNumber(0), std::vector<double>{1, 2, 6});
  standings.add(TrialNumber(1), std::vector<double>{2, 3, 7});
  const auto own = standings.appraise(std::vector<double>{3, 4, kNan});
  ASSERT_TRUE(own.has_value());
  EXPECT_DOUBLE_EQ(own->expected_mean, 5);  // 3, 4, 8
  EXPECT_NEAR(own->residual_sum, 0, 1e-24);
  EXPECT_FALSE(standings.appraise(std::vector<double>{INFINITY, 4, kNan}).has_value());
  EXPECT_FALSE(standings.appraise(std::vector<double>{kNan, kNan, kNan}).has_value());
}

TEST(RaceStandings, TheErrorOfAMeanComesFromWhatAllTrialsLeaveOver) {
  RaceStandings standings(3, Direction::kMinimize);
  standings.add(TrialNumber(0), std::vector<double>{1, 2, 3});
  EXPECT_TRUE(std::isnan(standings.appraise(std::vector<double>{4, kNan, kNan})->standard_error()))
      << "a single value, and nothing to know its noise by";

  // Less their means and fold difficulty the two trials leave -0.5, 0 and 0.5, and the opposite.
  standings.add(TrialNumber(1), std::vector<double>{2, 2, 2});
  const auto first = standings.appraise(std::vector<double>{9, kNan, kNan});
  EXPECT_EQ(first->freedom, 2);
  EXPECT_NEAR(first->variance, (4 * 0.25) / 2, 1e-12);
  EXPECT_NEAR(first->standard_error(), std::sqrt(0.5), 1e-12);
  // The own values add what they leave over of difficulties -0.5, 0 and 0.5: -0.5, 1 and -0.5.
  const auto whole = standings.appraise(std::vector<double>{9, 11, 10});
  EXPECT_EQ(whole->freedom, 4);
  EXPECT_NEAR(whole->variance, (1 + 1.5 * 2 / 3) / 4, 1e-12);
  EXPECT_NEAR(whole->standard_error(), std::sqrt(whole->variance / 3), 1e-12);
}

TEST(RaceStandings, OneFoldTellsNoError) {
  RaceStandings standings(1, Direction::kMinimize);
  for (int64_t i = 0; i < 3; ++i) standings.add(TrialNumber(i), std::vector<double>{1.0 * i});
  EXPECT_TRUE(std::isnan(standings.appraise(std::vector<double>{4})->standard_error()));
}

// With one completed trial it is the paired t-test, corrected for the finite number of folds.
TEST(RacePruner, IsThePairedTestAgainstASingleTrial) {
  RaceStandings standings(5, Direction::kMinimize);
  standings.add(TrialNumber(0), std::vector<double>{1, 2, 3, 4, 5});
  const auto decision = ask(standings, {2.1, 3, 3.9, kNan, kNan});  // differences 1.1, 1, 0.9
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->fold, FoldIndex(1));
  EXPECT_EQ(decision->epoch, 7);
  EXPECT_DOUBLE_EQ(decision->value, 4);
  EXPECT_DOUBLE_EQ(decision->threshold, 3);
  EXPECT_EQ(decision->peers, 1);
  EXPECT_EQ(decision->pruner, "race");
  const double t = 1 / (0.1 * std::sqrt(1.0 / 3 - 1.0 / 5));
  EXPECT_NEAR(*decision->p_value, cdf(complement(boost::math::students_t(2), t)), 1e-12);
}

TEST(RacePruner, NeverBeforeMinFoldsNorWithoutARival) {
  RaceStandings standings(5, Direction::kMinimize);
  EXPECT_FALSE(ask(standings, {9, 9.1, kNan, kNan, kNan}).has_value());
  for (int64_t i = 0; i < 5; ++i) {
    const double noise = 0.01 * static_cast<double>(i % 2);
    standings.add(TrialNumber(i), std::vector<double>{1 + noise, 1, 1, 1 - noise, 1});
  }
  EXPECT_FALSE(ask(standings, {9, kNan, kNan, kNan, kNan}).has_value());
  EXPECT_TRUE(ask(standings, {9, 9.01, kNan, kNan, kNan}).has_value());
  EXPECT_FALSE(ask(standings, {9, 9.01, kNan, kNan, kNan}, 0.95, 3).has_value());
  EXPECT_FALSE(ask(standings, {9, 9.01, 9, 9, 9}).has_value());  // it is complete
  EXPECT_FALSE(ask(standings, {0.1, 0.11, kNan, kNan, kNan}).has_value());
}

TEST(RacePruner, MaximizingTurnsItRound) {
  RaceStandings standings(4, Direction::kMaximize);
  standings.add(TrialNumber(0), std::vector<double>{0.9, 0.8, 0.91, 0.8});
  standings.add(TrialNumber(1), std::vector<double>{0.8, 0.72, 0.8, 0.7});
  EXPECT_TRUE(ask(standings, {0.1, 0.01, 0.1, kNan}).has_value());
  EXPECT_FALSE(ask(standings, {0.99, 0.9, 0.99, kNan}).has_value());
}

TEST(RacePruner, WithoutNoiseThereIsNoTest) {
  RaceStandings standings(4, Direction::kMinimize);
  standings.add(TrialNumber(0), std::vector<double>{0.5, 0.5, 0.5, 0.5});
  EXPECT_FALSE(ask(standings, {0.75, 0.75, kNan, kNan}).has_value());
}

constexpr int kRounds = 2'000;

// How often a trial is stopped at any of its looks although its mean over all folds is exactly the
// best trial's, the hardest case of the null hypothesis. Folds differ in difficulty, and each trial
// has an error that its folds share, as overlapping training sets give it.
double error_rate(int folds, int completed, double confidence) {
  const auto k = static_cast<size_t>(folds);
  Random random(static_cast<uint64_t>(100 * folds + completed));
  int stopped = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> difficulty(k);
    for (double& value : difficulty) value = 4 * random.normal();
    const auto trial = [&] {
      const double shared = random.normal();
      std::vector<double> values(k);
      for (size_t i = 0; i < k; ++i) values[i] = difficulty[i] + shared + random.normal();
      return values;
    };
    RaceStandings standings(folds, Direction::kMinimize);
    for (int64_t i = 0; i < completed; ++i) standings.add(TrialNumber(i), trial());
    std::vector<double> own = trial();
    const double mean = std::accumulate(own.begin(), own.end(), 0.0) / folds;
    for (double& value : own) value += *standings.best_mean() - mean;
    std::vector<double> seen(k, kNan);
    for (size_t i = 0; i + 1 < k; ++i) {
      seen[i] = own[i];
      if (!ask(standings, seen, confidence)) continue;
      ++stopped;
      break;
    }
  }
  return static_cast<double>(stopped) / kRounds;
}

TEST(RacePruner, HoldsItsErrorRateUnderRepeatedLooks) {
  for (int folds : {3, 5, 10}) {
    for (int completed : {1, 2, 30}) {
      for (double confidence : {0.95, 0.8}) {
        SCOPED_TRACE(testing::Message() << folds << " folds, " << completed << " completed trials");
        const double allowed = 1 - confidence;
        const double sampling_error = 3 * std::sqrt(allowed * confidence / kRounds);
        const double rate = error_rate(folds, completed, confidence);
        EXPECT_LE(rate, allowed + sampling_error);
        EXPECT_GE(rate, allowed / 2);  // and is not bought by never stopping anything
      }
    }
  }
}

}  // namespace
}  // namespace foldmill::sampler
