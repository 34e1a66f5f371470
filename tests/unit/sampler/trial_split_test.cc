#include "sampler/tpe/trial_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/objective_studies.h"

namespace foldmill::sampler {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

History::Entry completed(int64_t number, double value) {
  return observation(number, TrialState::kCompleted, {}, value);
}

History::Entry pruned(int64_t number, int64_t last_epoch, double value) {
  return observation(number, TrialState::kPruned, {}, value, last_epoch);
}

History::Entry estimated(int64_t number, double value) {
  Observation trial = *pruned(number, 3, value);
  trial.estimated = true;
  return std::make_shared<const Observation>(std::move(trial));
}

std::vector<int64_t> numbers(const std::vector<const Observation*>& trials) {
  std::vector<int64_t> out;
  for (const Observation* trial : trials) out.push_back(trial->number.value);
  return out;
}

// Of 11 to 20 finished trials two are good: fills up with bad ones behind the given ones.
std::vector<int64_t> best_two(std::vector<History::Entry> entries,
                              Direction direction = Direction::kMinimize) {
  for (int64_t number = 100; entries.size() < 15; ++number)
    entries.push_back(pruned(number, 0, std::nan("")));
  const History history(entries);
  return numbers(split_trials(history, direction, true).below);
}

// Of fifteen trials, those behind the given ones being dominated by all of them.
std::vector<int64_t> best_of_fronts(const std::vector<Losses>& losses) {
  std::vector<History::Entry> entries;
  for (const Losses& each : losses)
    entries.push_back(ended(static_cast<int64_t>(entries.size()), each));
  while (entries.size() < 15)
    entries.push_back(ended(static_cast<int64_t>(entries.size()), {90, 90}));
  return numbers(split_trials(History(entries), Direction::kMinimize, true).below);
}

TEST(BelowCount, IsATenthRoundedUpAndAtMostTwentyFive) {
  EXPECT_EQ(below_count(0), 0u);
  EXPECT_EQ(below_count(1), 1u);
  EXPECT_EQ(below_count(10), 1u);
  EXPECT_EQ(below_count(11), 2u);
  EXPECT_EQ(below_count(250), 25u);
  EXPECT_EQ(below_count(100000), 25u);
}

TEST(SplitTrials, BestValuesAreBelowInOrderOfNumber) {
  EXPECT_THAT(best_two({completed(0, 2), completed(1, 3), completed(2, 1)}), ElementsAre(0, 2));
  EXPECT_THAT(best_two({completed(0, 2), completed(1, 3), completed(2, 1)}, Direction::kMaximize),
              ElementsAre(0, 1));
}

TEST(SplitTrials, EqualValuesGoByNumberWhateverTheOrderOfTheHistory) {
  EXPECT_THAT(best_two({completed(4, 1), completed(9, 1), completed(2, 1)}), ElementsAre(2, 4));
}

TEST(SplitTrials, PrunedOnesComeAfterCompletedOnes) {
  EXPECT_THAT(best_two({pruned(0, 90, 0.1), completed(1, 7), pruned(2, 99, 0.2)}),
              ElementsAre(1, 2));
}

TEST(SplitTrials, PrunedOnesGoByEpochThenValue) {
  EXPECT_THAT(best_two({pruned(0, 5, 0.1), pruned(1, 7, 9), pruned(2, 7, 8), pruned(3, 7, 10)}),
              ElementsAre(1, 2));
  EXPECT_THAT(best_two({pruned(0, 7, 1), pruned(1, 7, 2), pruned(2, 7, 3)}, Direction::kMaximize),
              ElementsAre(1, 2));
}

TEST(SplitTrials, EstimatesGoByTheirValueAmongCompletedOnes) {
  EXPECT_THAT(best_two({completed(0, 3), estimated(1, 2), completed(2, 1), pruned(3, 99, 0)}),
              ElementsAre(1, 2));
  EXPECT_THAT(best_two({completed(0, 3), estimated(1, 5), pruned(2, 99, 9), completed(3, 4)},
                       Direction::kMaximize),
              ElementsAre(1, 3));
  EXPECT_THAT(best_two({completed(0, 3), estimated(1, std::nan("")), pruned(2, 99, 9)}),
              ElementsAre(0, 1));
}

TEST(SplitTrials, NanIsTheWorstValueEitherWay) {
  for (Direction direction : {Direction::kMinimize, Direction::kMaximize})
    EXPECT_THAT(best_two({completed(0, std::nan("")), completed(1, 5), completed(2, 6)}, direction),
                ElementsAre(1, 2));
}

TEST(SplitTrials, InfinitiesHaveTheirPlaces) {
  EXPECT_THAT(best_two({completed(0, kInfinity), completed(1, 5), completed(2, -kInfinity)}),
              ElementsAre(1, 2));
  EXPECT_THAT(best_two({completed(0, kInfinity), completed(1, 5), completed(2, -kInfinity)},
                       Direction::kMaximize),
              ElementsAre(0, 1));
}

TEST(SplitTrials, InfeasibleOnesComeLastTheNearestToFeasibleFirst) {
  EXPECT_THAT(best_two({ended(0, {-9}, 2), completed(1, 7), ended(2, {-9}, 1), completed(3, 9)}),
              ElementsAre(1, 3));
  std::vector<History::Entry> none_feasible;
  for (int64_t number = 0; number < 15; ++number)
    none_feasible.push_back(ended(number, {double(number)}, double((number + 5) % 15)));
  EXPECT_THAT(best_two(none_feasible), ElementsAre(10, 11));
}

TEST(SplitTrials, OfSeveralObjectivesWholeFrontsAreBelow) {
  EXPECT_EQ(below_count(1000, true), 100u);
  // On the first front there are three, of which two fit: the ends of it dominate most.
  EXPECT_THAT(best_of_fronts({{0, 10}, {9.9, 9.9}, {9.5, 9.5}, {10, 0}}), ElementsAre(0, 3));
  // One on the first front, and of the second the one in the middle.
  EXPECT_THAT(best_of_fronts({{1, 9}, {2, 2}, {9, 1}, {0, 0}}), ElementsAre(1, 3));
}

TEST(SplitTrials, OfSeveralObjectivesEachWeighsWhatItAddsToTheVolume) {
  std::vector<History::Entry> entries{ended(0, {0, 10}), ended(1, {5, 5}), ended(2, {10, 0}),
                                      ended(3, {5, 6}), ended(4, {0, 0}, 1)};
  while (entries.size() < 50)
    entries.push_back(ended(static_cast<int64_t>(entries.size()), {90, 90}, 2));
  const TrialSplit split = split_trials(History(entries), Direction::kMinimize, true);
  ASSERT_THAT(numbers(split.below), ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(split.weights,
              ElementsAre(testing::DoubleNear(0.2, 1e-9), 1, testing::DoubleNear(0.2, 1e-9),
                          testing::Lt(1e-9), testing::Lt(1e-9)));
  for (const double weight : split.weights) EXPECT_GT(weight, 0);
}

TEST(SplitTrials, EqualOnesOfSeveralObjectivesWeighTheSame) {
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 20; ++number) entries.push_back(ended(number, {1, 1}));
  EXPECT_THAT(split_trials(History(entries), Direction::kMinimize, true).weights,
              ElementsAre(1, 1));
  EXPECT_THAT(split_trials(History({completed(0, 1)}), Direction::kMinimize, true).weights,
              IsEmpty());
}

TEST(SplitTrials, RunningOnesAreAboveAndDoNotCount) {
  const History history({completed(0, 1), observation(1, TrialState::kRunning, {}, std::nan("")),
                         observation(2, TrialState::kFailed, {}, std::nan("")), completed(3, 2)});
  const TrialSplit with = split_trials(history, Direction::kMinimize, true);
  EXPECT_THAT(numbers(with.below), ElementsAre(0));
  EXPECT_THAT(numbers(with.above), ElementsAre(1, 3));
  EXPECT_EQ(with.finished, 2u);
  EXPECT_THAT(numbers(split_trials(history, Direction::kMinimize, false).above), ElementsAre(3));
}

TEST(SplitTrials, EmptyHistory) {
  const TrialSplit split = split_trials(History(), Direction::kMinimize, true);
  EXPECT_THAT(split.below, IsEmpty());
  EXPECT_THAT(split.above, IsEmpty());
}

}  // namespace
}  // namespace foldmill::sampler
