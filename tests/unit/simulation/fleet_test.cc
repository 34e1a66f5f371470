#include "coordinator/simulation/fleet.h"

#include <gtest/gtest.h>

#include <cmath>

namespace foldmill::simulation {
namespace {

TEST(Fleet, RefusesWhatMakesNoSense) {
  EXPECT_TRUE(Fleet{}.validate().ok());
  EXPECT_FALSE(Fleet{.workers = 0}.validate().ok());
  EXPECT_FALSE(Fleet{.epoch_seconds = 0}.validate().ok());
  EXPECT_FALSE(Fleet{.epoch_seconds = NAN}.validate().ok());
  EXPECT_FALSE(Fleet{.speeds = {}}.validate().ok());
  EXPECT_FALSE((Fleet{.speeds = {1, -1}}.validate().ok()));
  EXPECT_FALSE(Fleet{.speed_spread = 3}.validate().ok());
  EXPECT_FALSE(Fleet{.mean_up_seconds = 0}.validate().ok());
  EXPECT_FALSE(Fleet{.mean_down_seconds = INFINITY}.validate().ok());
  EXPECT_FALSE((Fleet{.acts = {{.seconds = -1}}}.validate().ok()));
  EXPECT_FALSE((Fleet{.acts = {{.count = 0}}}.validate().ok()));
}

TEST(Fleet, OnlyDeathAndDrainingEndAttempts) {
  EXPECT_FALSE(Fleet{}.may_fail());
  EXPECT_FALSE((Fleet{.acts = {{.kind = FleetAct::Kind::kJoin}}}.may_fail()));
  EXPECT_TRUE((Fleet{.acts = {{.kind = FleetAct::Kind::kDrain}}}.may_fail()));
  EXPECT_TRUE(Fleet{.mean_up_seconds = 5}.may_fail());
}

TEST(WorkerLuck, GoesBySpeedsInTurnAndByTheSeed) {
  const Fleet even{.speeds = {1, 0.5}};
  EXPECT_EQ(WorkerLuck(even, 1, 0).speed(), 1);
  EXPECT_EQ(WorkerLuck(even, 1, 3).speed(), 0.5);

  const Fleet spread{.speed_spread = 0.3};
  EXPECT_EQ(WorkerLuck(spread, 1, 4).speed(), WorkerLuck(spread, 1, 4).speed());
  EXPECT_NE(WorkerLuck(spread, 1, 4).speed(), WorkerLuck(spread, 1, 5).speed());
  EXPECT_NE(WorkerLuck(spread, 1, 4).speed(), WorkerLuck(spread, 2, 4).speed());
}

TEST(WorkerLuck, TimesHaveTheMeanThatWasAskedFor) {
  const Fleet fleet{.mean_up_seconds = 100, .mean_down_seconds = 7};
  WorkerLuck luck(fleet, 1, 0);
  double up = 0, down = 0;
  constexpr int kDraws = 20'000;
  for (int i = 0; i < kDraws; ++i) {
    up += luck.next_up_seconds();
    down += luck.next_down_seconds();
  }
  EXPECT_NEAR(up / kDraws, 100, 4);
  EXPECT_NEAR(down / kDraws, 7, 0.3);
}

}  // namespace
}  // namespace foldmill::simulation
