// A worker whose network goes away, through the fault proxy: for less than its lease, for longer,
// and with connections that end in every way.

#include <gtest/gtest.h>

#include <iostream>
#include <thread>

#include "tests/e2e/holder_run.h"
#include "tests/support/fault_proxy.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;
using testing::FaultProxy;
using Way = FaultProxy::Way;
using std::chrono::milliseconds;

class PartitionTest : public ::testing::Test {
 protected:
  void begin() {
    proxy_ = std::make_unique<FaultProxy>(*proto::parse_address(run_.cluster().address()));
    run_.begin({.coordinator = proxy_->address()});
  }

  HolderRun run_{{.lease_ms = 3000, .heartbeat_ms = 300},
                 {.trials = 3, .folds = 1, .epochs = 70, .ms_per_epoch = 100}};
  std::unique_ptr<FaultProxy> proxy_;
};

TEST_F(PartitionTest, OfHalfALeaseCostsNothing) {
  begin();
  run_.start_near();
  proxy_->hold(true);
  std::this_thread::sleep_for(run_.lease() / 2);
  proxy_->hold(false);
  run_.expect_complete();
  EXPECT_EQ(run_.attempts("state = 'lost'"), 0) << run_.cluster().logs();
  EXPECT_EQ(run_.cluster().trained().size(), 3u * 70u);
}

TEST_F(PartitionTest, OfOneAndAHalfLeasesMovesTheFoldAndSupersedesTheOldHolder) {
  begin();
  const auto since = std::chrono::steady_clock::now();
  proxy_->hold(true);
  run_.expect_taken_over();
  std::this_thread::sleep_until(since + run_.lease() * 3 / 2);
  const double recorded = run_.recorded();
  proxy_->hold(false);
  run_.expect_superseded(recorded);
}

// The worker hears, but is not heard: to the coordinator it is as silent as any.
TEST_F(PartitionTest, OneWayIsAsGoodAsBoth) {
  begin();
  proxy_->hold(Way::kUp, true);
  run_.expect_taken_over();
  const double recorded = run_.recorded();
  proxy_->hold(Way::kUp, false);
  run_.expect_superseded(recorded);
}

// The worker is heard, but hears nothing: it holds its fold, and its reports are recorded once.
TEST_F(PartitionTest, NotHearingCostsNothing) {
  begin();
  run_.start_near();
  proxy_->hold(Way::kDown, true);
  std::this_thread::sleep_for(run_.lease() * 3 / 2);
  proxy_->hold(Way::kDown, false);
  run_.expect_complete();
  EXPECT_EQ(run_.attempts("state = 'lost'"), 0) << run_.cluster().logs();
  EXPECT_EQ(run_.cluster().trained().size(), 3u * 70u);
}

// The worker comes back at once; whether within the time that it has for it, the machine's load
// decides.
TEST_F(PartitionTest, BrokenConnectionsAreMadeAnew) {
  begin();
  run_.start_near();
  for (int i = 0; i < 4; ++i) {
    const size_t before = proxy_->accepted();
    proxy_->refuse(i == 2);
    i % 2 == 0 ? proxy_->reset() : proxy_->cut();
    EXPECT_TRUE(eventually([&] { return proxy_->accepted() > before; })) << run_.cluster().logs();
  }
  run_.expect_complete();
}

TEST_F(PartitionTest, ASlowAndChoppyNetworkCostsNothing) {
  proxy_ = std::make_unique<FaultProxy>(*proto::parse_address(run_.cluster().address()));
  proxy_->trickle(Way::kUp, 7);
  proxy_->delay(Way::kDown, milliseconds(20));
  run_.begin({.coordinator = proxy_->address()});
  run_.start_near();
  run_.expect_complete();
  EXPECT_EQ(run_.attempts("state = 'lost'"), 0) << run_.cluster().logs();
}

}  // namespace
}  // namespace foldmill::e2e
