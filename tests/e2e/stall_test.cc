// A trainer that hangs while its worker beats on: the fold is trained elsewhere, and the hung
// process does not keep its slot.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

TEST(StallTest, AFrozenTrainerIsKilledAndItsFoldTrainedElsewhere) {
  Cluster cluster({.env = {{"FOLDMILL_STALL_FACTOR", "3"}, {"FOLDMILL_STALL_FLOOR_MS", "1500"}}});
  cluster.start_coordinator();
  const ScriptedStudy study{.trials = 4, .folds = 1, .epochs = 20, .ms_per_epoch = 50};
  cluster.create(study);
  testing::Process& worker = cluster.start_worker("a");
  ASSERT_TRUE(eventually([&] {
    return cluster.number("select count(*) from metric_list where name = 'val_loss'").value_or(0) >
           2;
  })) << cluster.logs();
  const std::vector<pid_t> trainers = testing::children_of(worker.pid());
  ASSERT_FALSE(trainers.empty());
  for (const pid_t trainer : trainers) kill(trainer, SIGSTOP);
  cluster.start_worker("b");

  ASSERT_TRUE(cluster.wait_completed(study.name)) << cluster.logs();
  expect_exactly_once(cluster, study.name, study.trials, study.folds, study.epochs);
  const std::string hung = " from attempt_list where cause = 'stalled' and worker = 'a'";
  EXPECT_EQ(cluster.number("select count(*)" + hung), 1) << cluster.logs();
  EXPECT_EQ(cluster.number("select count(*) from attempt_list where worker = 'b' and state = "
                           "'succeeded' and (trial, fold) in (select trial, fold" +
                           hung + ")"),
            1)
      << cluster.logs();
  EXPECT_TRUE(eventually([&] {
    return std::none_of(trainers.begin(), trainers.end(), testing::process_exists);
  })) << cluster.logs();
  EXPECT_TRUE(worker.running()) << cluster.logs();
}

}  // namespace
}  // namespace foldmill::e2e
