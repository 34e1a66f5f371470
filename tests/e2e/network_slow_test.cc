// What takes its time: long partitions, a minute without a coordinator, silence that only
// keepalive notices. FOLDMILL_TEST_AWAY_SECONDS and FOLDMILL_TEST_IDLE_SECONDS say how long a
// coordinator is away, and how long nothing happens.

#include <gtest/gtest.h>
#include <signal.h>

#include <iostream>
#include <thread>

#include "tests/e2e/holder_run.h"
#include "tests/support/fault_proxy.h"
#include "tests/support/test_setting.h"

namespace foldmill::e2e {
namespace {

using std::chrono::seconds;
using testing::eventually;
using testing::FaultProxy;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

TEST(LongPartitionTest, OfFiveLeasesMovesTheFoldAndSupersedesTheOldHolder) {
  HolderRun run({.lease_ms = 10'000, .heartbeat_ms = 1000},
                {.trials = 3, .folds = 1, .epochs = 80, .ms_per_epoch = 1000});
  FaultProxy proxy(*proto::parse_address(run.cluster().address()));
  run.begin({.coordinator = proxy.address()});
  const auto since = Clock::now();
  proxy.hold(true);
  run.expect_taken_over();
  std::cout << "silent worker's fold elsewhere after " << seconds_since(since)
            << " s, with a lease of 10 s\n";
  std::this_thread::sleep_until(since + 5 * run.lease());
  const double recorded = run.recorded();
  proxy.hold(false);
  run.expect_superseded(recorded);
}

// Keepalive finds the dead connection on both sides; without it they would wait for each other.
TEST(BlackholeTest, BothSidesNotice) {
  HolderRun run({.lease_ms = 60'000, .heartbeat_ms = 10'000},
                {.trials = 1, .folds = 1, .epochs = 1000, .ms_per_epoch = 50});
  FaultProxy proxy(*proto::parse_address(run.cluster().address()));
  run.begin({.coordinator = proxy.address()});
  const auto since = Clock::now();
  proxy.hold(true);
  const auto log_has = [&](const char* file, const char* text) {
    return testing::read_file(run.cluster().directory() / file).find(text) != std::string::npos;
  };
  double worker_noticed = 0;
  double coordinator_noticed = 0;
  EXPECT_TRUE(eventually([&] {
    if (worker_noticed == 0 && log_has("far.log", "coordinator lost"))
      worker_noticed = seconds_since(since);
    if (coordinator_noticed == 0 && log_has("coordinator.log", "worker lost"))
      coordinator_noticed = seconds_since(since);
    return worker_noticed > 0 && coordinator_noticed > 0;
  })) << run.cluster().logs();
  std::cout << "noticed by the worker after " << worker_noticed << " s, by the coordinator after "
            << coordinator_noticed << " s\n";
  proxy.hold(false);
  run.expect_complete();
  EXPECT_EQ(run.attempts("state = 'lost'"), 0) << run.cluster().logs();
}

TEST(CoordinatorAwayTest, ForAMinuteWhileItsWorkerTrainsOn) {
  const seconds away(test::test_setting("FOLDMILL_TEST_AWAY_SECONDS", 60));
  // Of half a second each: it is back before they end.
  const int epochs = 2 * static_cast<int>(away.count()) + 60;
  for (const bool frozen : {false, true}) {
    HolderRun run({.lease_ms = 10'000, .heartbeat_ms = 1000},
                  {.trials = 1, .folds = 1, .epochs = epochs, .ms_per_epoch = 500});
    run.begin();
    testing::Process& coordinator = run.cluster().coordinator();
    frozen ? coordinator.signal(SIGSTOP) : run.cluster().kill_coordinator();
    std::this_thread::sleep_for(away);
    frozen ? coordinator.signal(SIGCONT) : run.cluster().start_coordinator();
    run.expect_complete();
    EXPECT_EQ(run.attempts("state = 'lost'"), 0) << run.cluster().logs();
    EXPECT_EQ(run.cluster().trained().size(), static_cast<size_t>(epochs));
  }
}

// Pings of an idle connection are as many as both sides have agreed on.
TEST(IdleTest, NobodyIsSentAwayForItsPings) {
  Cluster cluster({.lease_ms = 30'000, .heartbeat_ms = 5'000, .env = {{"GRPC_VERBOSITY", "info"}}});
  cluster.start_coordinator();
  cluster.start_worker("a");
  cluster.start_worker("b");
  std::this_thread::sleep_for(seconds(test::test_setting("FOLDMILL_TEST_IDLE_SECONDS", 180)));
  EXPECT_EQ(cluster.logs().find("too_many_pings"), std::string::npos) << cluster.logs();
  EXPECT_EQ(cluster.logs().find("coordinator lost"), std::string::npos) << cluster.logs();
  EXPECT_EQ(cluster.number("select count(*) from event_list where kind = 'worker_seen'"), 2)
      << cluster.logs();
}

}  // namespace
}  // namespace foldmill::e2e
