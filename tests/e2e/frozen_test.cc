// Programs that are stopped (SIGSTOP) or killed for longer than a lease, and go on or come back.

#include <gtest/gtest.h>
#include <signal.h>

#include <set>
#include <thread>
#include <tuple>

#include "tests/e2e/holder_run.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

// Each epoch of each fold was trained by somebody, and by nobody else.
void expect_trained_once(const Cluster& cluster, size_t epochs) {
  std::set<std::tuple<int, int, int>> seen;
  for (const auto& each : cluster.trained())
    EXPECT_TRUE(seen.insert({each.trial, each.fold, each.epoch}).second)
        << "epoch " << each.epoch << " of " << each.trial << "/" << each.fold
        << " was trained twice";
  EXPECT_EQ(seen.size(), epochs);
}

class FrozenTest : public ::testing::Test {
 protected:
  // The worker and its trainer, which is in a group of its own.
  void signal_far(int number) {
    for (const pid_t trainer : testing::children_of(run_.far().pid())) kill(trainer, number);
    run_.far().signal(number);
  }

  HolderRun run_{{.lease_ms = 2000, .heartbeat_ms = 200},
                 {.trials = 3, .folds = 1, .epochs = 60, .ms_per_epoch = 100}};
};

TEST_F(FrozenTest, AHolderFrozenPastItsLeaseIsRefusedAndFreeAgain) {
  run_.begin();
  signal_far(SIGSTOP);
  run_.expect_taken_over();
  const double recorded = run_.recorded();
  signal_far(SIGCONT);
  run_.expect_superseded(recorded);
}

// Everything the old holder does not know of is over when it wakes up.
TEST_F(FrozenTest, AHolderThatSleptUntilTheFoldWasFinishedChangesNothing) {
  run_.begin();
  run_.start_near();
  signal_far(SIGSTOP);
  ASSERT_TRUE(eventually([&] {
    return run_.attempts(
               "worker = 'near' and state = 'succeeded' and (trial, fold) in (select "
               "trial, fold from attempt_list where attempt = " +
               std::to_string(run_.attempt()) + ")") > 0;
  })) << run_.cluster().logs();
  const double recorded = run_.recorded();
  const std::string fold = "select value, epochs, attempts, changed from fold_list where trial = 0";
  const std::string finished = run_.cluster().query(fold);
  signal_far(SIGCONT);
  run_.expect_complete();
  EXPECT_EQ(run_.recorded(), recorded);
  EXPECT_EQ(run_.cluster().query(fold), finished);
}

class CoordinatorAwayTest : public ::testing::Test {
 protected:
  void begin() {
    run_.begin();
    // Nobody who could take anything over is needed for a fold to be lost.
    run_.start_near();
  }
  void expect_nothing_lost() {
    run_.expect_complete();
    EXPECT_EQ(run_.attempts("state = 'lost'"), 0) << run_.cluster().logs();
    expect_trained_once(run_.cluster(), 2u * 80u);
  }

  HolderRun run_{{.lease_ms = 1500, .heartbeat_ms = 200},
                 {.trials = 2, .folds = 1, .epochs = 80, .ms_per_epoch = 100}};
};

TEST_F(CoordinatorAwayTest, KilledForThreeLeasesWhileWorkersTrainOn) {
  begin();
  run_.cluster().kill_coordinator();
  const int before = run_.trained();
  std::this_thread::sleep_for(3 * run_.lease());
  EXPECT_GT(run_.trained(), before) << "the worker does not train on";
  run_.cluster().start_coordinator();
  expect_nothing_lost();
}

TEST_F(CoordinatorAwayTest, FrozenForThreeLeasesWhileWorkersTrainOn) {
  begin();
  run_.cluster().coordinator().signal(SIGSTOP);
  const int before = run_.trained();
  std::this_thread::sleep_for(3 * run_.lease());
  EXPECT_GT(run_.trained(), before) << "the worker does not train on";
  run_.cluster().coordinator().signal(SIGCONT);
  expect_nothing_lost();
}

}  // namespace
}  // namespace foldmill::e2e
