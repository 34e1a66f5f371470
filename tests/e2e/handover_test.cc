// A worker that is killed: its connection says so long before its lease would end (G6).

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <iostream>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

TEST(HandoverTest, AKilledWorkersFoldIsElsewhereLongBeforeItsLeaseEnds) {
  Cluster cluster({.lease_ms = 3'600'000});  // longer than any test waits
  cluster.start_coordinator();
  ScriptedStudy study;
  study.trials = study.folds = 1;
  study.epochs = 400;
  cluster.create(study);
  testing::Process& victim = cluster.start_worker("victim");
  ASSERT_TRUE(eventually([&] {
    return cluster.number("select count(*) from metric_list").value_or(0) > 0;
  })) << cluster.logs();
  cluster.start_worker("heir");
  ASSERT_TRUE(eventually([&] {
    return cluster.number("select count(*) from worker_list where state = 'ready'") == 2;
  })) << cluster.logs();

  const std::chrono::duration<double> killed = std::chrono::system_clock::now().time_since_epoch();
  victim.signal(SIGKILL);
  std::optional<double> leased;
  ASSERT_TRUE(eventually([&] {
    leased = cluster.number("select leased from attempt_list where worker = 'heir'");
    return leased.has_value();
  })) << cluster.logs();
  std::cout << "elsewhere after " << *leased - killed.count() << " s" << std::endl;
  EXPECT_EQ(cluster.number("select count(*) from attempt_list where worker = 'victim' and state = "
                           "'lost' and message like '%was not back within 2500 ms'"),
            1)
      << cluster.logs();
}

}  // namespace
}  // namespace foldmill::e2e
