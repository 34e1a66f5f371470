#include "coordinator/engine/progress_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace foldmill::engine {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr AttemptId kA{1};
constexpr AttemptId kB{2};

class ProgressWatchTest : public ::testing::Test {
 protected:
  // Twenty times the usual, at least 100 s; 1,000 s for the first epoch of all.
  static constexpr StallLimits kLimits{20, seconds(100), seconds(1000)};

  void pass(seconds by) { now_ += by; }
  // Epochs of so many seconds, by the clock and by the trainer's account.
  void train(AttemptId attempt, int epochs, seconds each) {
    for (int i = 0; i < epochs; ++i) {
      pass(each);
      watch_.epoch_reported(attempt, static_cast<double>(each.count()), now_);
    }
  }
  std::vector<AttemptId> hung() {
    std::vector<AttemptId> attempts;
    for (const auto& stall : watch_.stalled(now_)) attempts.push_back(stall.attempt);
    return attempts;
  }

  ProgressWatch watch_{kLimits};
  SteadyTime now_{std::chrono::hours(1)};
};

TEST_F(ProgressWatchTest, WithoutAnythingToCompareWithPatienceIsLong) {
  watch_.begin(kA, 0, now_);
  pass(seconds(999));
  EXPECT_THAT(hung(), IsEmpty());
  EXPECT_EQ(watch_.next_look(), now_ + seconds(1));
  pass(seconds(1));
  const auto stalls = watch_.stalled(now_);
  ASSERT_EQ(stalls.size(), 1u);
  EXPECT_EQ(stalls[0].attempt, kA);
  EXPECT_EQ(stalls[0].silent, seconds(1000));
  EXPECT_EQ(stalls[0].patience, seconds(1000));
}

TEST_F(ProgressWatchTest, ShortEpochsAreHeldToTheFloor) {
  watch_.begin(kA, 0, now_);
  train(kA, 3, seconds(1));
  pass(seconds(99));
  EXPECT_THAT(hung(), IsEmpty());
  pass(seconds(1));
  EXPECT_THAT(hung(), ElementsAre(kA));
}

TEST_F(ProgressWatchTest, LongEpochsAreHeldToAMultipleOfTheMedian) {
  watch_.begin(kA, 0, now_);
  train(kA, 5, seconds(10));
  pass(seconds(199));
  EXPECT_THAT(hung(), IsEmpty());
  pass(seconds(1));
  EXPECT_THAT(hung(), ElementsAre(kA));
}

TEST_F(ProgressWatchTest, ASlowAttemptIsMeasuredByItsOwnEpochs) {
  watch_.begin(kA, 0, now_);
  train(kA, 5, seconds(1));
  watch_.begin(kB, 0, now_);
  train(kB, 1, seconds(50));
  watch_.end(kA);
  pass(seconds(999));
  EXPECT_THAT(hung(), IsEmpty());
  pass(seconds(1));
  EXPECT_THAT(hung(), ElementsAre(kB));
}

TEST_F(ProgressWatchTest, AFirstEpochIsComparedWithFirstEpochs) {
  watch_.begin(kA, 0, now_);
  train(kA, 1, seconds(30));  // the reading of the data is in it
  train(kA, 5, seconds(1));
  watch_.end(kA);
  watch_.begin(kB, 0, now_);
  pass(seconds(599));
  EXPECT_THAT(hung(), IsEmpty());
  pass(seconds(1));
  EXPECT_THAT(hung(), ElementsAre(kB));
}

TEST_F(ProgressWatchTest, OneLongEpochAmongManyDoesNotChangeWhatIsUsual) {
  watch_.begin(kA, 0, now_);
  train(kA, 9, seconds(1));
  train(kA, 1, seconds(90));
  watch_.end(kA);
  watch_.begin(kB, 0, now_);
  train(kB, 1, seconds(1));
  pass(seconds(100));
  EXPECT_THAT(hung(), ElementsAre(kB));
}

TEST_F(ProgressWatchTest, OldEpochsAreForgotten) {
  watch_.begin(kA, 0, now_);
  train(kA, 1, seconds(1));
  train(kA, 200, seconds(40));
  watch_.begin(kB, 0, now_);
  train(kB, 1, seconds(1));
  train(kA, 100, seconds(1));
  watch_.end(kA);
  watch_.moved(kB, now_);
  pass(seconds(100));
  EXPECT_THAT(hung(), ElementsAre(kB));
}

TEST_F(ProgressWatchTest, EachHungAttemptDoublesThePatience) {
  watch_.begin(kA, 2, now_);
  pass(seconds(3999));
  EXPECT_THAT(hung(), IsEmpty());
  pass(seconds(1));
  EXPECT_THAT(hung(), ElementsAre(kA));
}

TEST_F(ProgressWatchTest, SignsOfLifeBeginTheWaitAnew) {
  watch_.begin(kA, 0, now_);
  watch_.begin(kB, 0, now_);
  pass(seconds(900));
  watch_.moved(kA, now_);
  pass(seconds(100));
  EXPECT_THAT(hung(), ElementsAre(kB));
  watch_.end(kB);
  pass(seconds(800));
  watch_.everybody_moved(now_);
  pass(seconds(999));
  EXPECT_THAT(hung(), IsEmpty());
}

// Several epochs come at once after an outage; what the trainer says counts then.
TEST_F(ProgressWatchTest, TheLongerOfClockAndAccountIsBelieved) {
  watch_.begin(kA, 0, now_);
  for (int i = 0; i < 3; ++i) watch_.epoch_reported(kA, 10, now_);
  pass(seconds(199));
  EXPECT_THAT(hung(), IsEmpty());
  pass(seconds(1));
  EXPECT_THAT(hung(), ElementsAre(kA));
}

TEST_F(ProgressWatchTest, NonsenseAccountsAreNotBelieved) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const double nonsense : {-1e300, std::nan(""), kInfinity, -kInfinity}) {
    ProgressWatch watch(kLimits);
    watch.begin(kA, 0, now_);
    watch.epoch_reported(kA, nonsense, now_ + seconds(1));
    EXPECT_EQ(watch.stalled(now_ + seconds(101)).size(), 1u) << nonsense;
  }
  watch_.begin(kA, 50, now_);
  watch_.epoch_reported(kA, 1e300, now_);
  EXPECT_TRUE(watch_.stalled(now_ + std::chrono::days(29)).empty());
  EXPECT_EQ(watch_.stalled(now_ + std::chrono::days(30)).size(), 1u);
}

TEST_F(ProgressWatchTest, NextLookIsNeverLaterThanTheNextStall) {
  watch_.begin(kA, 0, now_);
  const SteadyTime began = now_;
  ASSERT_TRUE(watch_.next_look());
  EXPECT_LE(*watch_.next_look(), began + seconds(100));
  watch_.stalled(now_);
  EXPECT_EQ(watch_.next_look(), began + seconds(1000));
  // The study's first epoch makes everybody's patience short.
  watch_.begin(kB, 0, now_);
  train(kB, 1, seconds(1));
  EXPECT_LE(*watch_.next_look(), now_ + seconds(100));
}

TEST_F(ProgressWatchTest, CanBeTurnedOff) {
  ProgressWatch never({.factor = 0});
  never.begin(kA, 0, now_);
  never.epoch_reported(kA, 1, now_);
  EXPECT_FALSE(never.next_look());
  EXPECT_TRUE(never.stalled(now_ + std::chrono::years(1)).empty());
}

}  // namespace
}  // namespace foldmill::engine
