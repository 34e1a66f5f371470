// The real binaries, killed at bad moments: the study ends with exactly the asked number of trials
// and every (trial, fold, epoch) once.

#include <gtest/gtest.h>
#include <signal.h>

#include <map>

#include "tests/e2e/cluster.h"

namespace foldmill::e2e {
namespace {

using testing::eventually;

class FaultsTest : public ::testing::Test {
 protected:
  // Something is in mid-flight: some epochs are reported, and a fold is being trained.
  bool under_way(int reports) {
    return eventually([&] {
      return cluster_.number("select count(*) from metric_list where name = 'val_loss'")
                     .value_or(0) >= reports &&
             cluster_.number("select count(*) from fold_list where state = 'leased'").value_or(0) >
                 0;
    });
  }
  void expect_complete() {
    ASSERT_TRUE(cluster_.wait_completed(study_.name)) << cluster_.logs();
    expect_exactly_once(cluster_, study_.name, study_.trials, study_.folds, study_.epochs);
  }

  Cluster cluster_;
  ScriptedStudy study_;
};

TEST_F(FaultsTest, UndisturbedTwoWorkersFinishTheStudy) {
  cluster_.start_coordinator();
  cluster_.create(study_);
  cluster_.start_worker("a");
  cluster_.start_worker("b");
  expect_complete();
  EXPECT_GT(cluster_.number("select count(distinct worker) from attempt_list").value_or(0), 1)
      << "both workers should have had a share\n"
      << cluster_.logs();
}

TEST_F(FaultsTest, KilledWorkerIsReplacedByTheOther) {
  cluster_.start_coordinator();
  cluster_.create(study_);
  testing::Process& victim = cluster_.start_worker("a");
  cluster_.start_worker("b");
  ASSERT_TRUE(under_way(8)) << cluster_.logs();
  victim.signal(SIGKILL);
  expect_complete();
}

TEST_F(FaultsTest, KilledTrainerChildCostsOneAttempt) {
  cluster_.start_coordinator();
  cluster_.create(study_);
  testing::Process& worker = cluster_.start_worker("a");
  ASSERT_TRUE(under_way(8)) << cluster_.logs();
  const std::vector<pid_t> children = testing::children_of(worker.pid());
  ASSERT_FALSE(children.empty());
  for (const pid_t child : children) kill(child, SIGKILL);
  expect_complete();
  EXPECT_TRUE(worker.running()) << cluster_.logs();
  EXPECT_GE(cluster_.number("select count(*) from attempt_list where state = 'lost'").value_or(0),
            1);
}

TEST_F(FaultsTest, KilledCoordinatorGoesOnAfterRestart) {
  cluster_.start_coordinator();
  cluster_.create(study_);
  cluster_.start_worker("a");
  cluster_.start_worker("b");
  ASSERT_TRUE(under_way(8)) << cluster_.logs();
  cluster_.kill_coordinator();
  cluster_.start_coordinator();
  expect_complete();
}

TEST_F(FaultsTest, CoordinatorKilledThreeTimesLosesNothing) {
  study_.trials = 8;
  cluster_.start_coordinator();
  cluster_.create(study_);
  cluster_.start_worker("a", 2);
  for (const int reports : {5, 30, 60}) {
    ASSERT_TRUE(under_way(reports)) << cluster_.logs();
    cluster_.kill_coordinator();
    cluster_.start_coordinator();
  }
  expect_complete();
}

TEST_F(FaultsTest, TerminatedWorkerGivesBackAndExitsCleanly) {
  // Long folds: it must be in the middle of one when it is told to go, on a slow machine too.
  study_.trials = 2;
  study_.folds = 1;
  study_.epochs = study_.ms_per_epoch = 60;
  cluster_.start_coordinator();
  cluster_.create(study_);
  testing::Process& leaving = cluster_.start_worker("a");
  ASSERT_TRUE(under_way(4)) << cluster_.logs();
  leaving.signal(SIGTERM);
  EXPECT_EQ(leaving.wait_for(std::chrono::seconds(60)), 0) << cluster_.logs();
  EXPECT_EQ(cluster_.number("select count(*) from fold_list where state = 'leased'"), 0);
  EXPECT_GE(
      cluster_.number("select count(*) from attempt_list where cause = 'preempted'").value_or(0), 1)
      << cluster_.logs();
  cluster_.start_worker("b");
  expect_complete();
}

TEST_F(FaultsTest, PrunedTrialsStopAllTheirFolds) {
  study_.pruning = "median, warmup_trials: 2, warmup_epochs: 1, min_peers: 1";
  study_.trials = 14;
  cluster_.start_coordinator();
  cluster_.create(study_);
  cluster_.start_worker("a", 2);
  cluster_.start_worker("b", 1);
  expect_complete();
  EXPECT_GE(cluster_.number("select count(*) from trial_list where state = 'pruned'").value_or(0),
            1)
      << cluster_.logs();
}

// A decision of the coordinator reaches the trainer before it has trained another whole epoch.
TEST_F(FaultsTest, PruningIsObeyedWithinAnEpoch) {
  study_ = {.trials = 6,
            .folds = 1,
            .epochs = 6,
            .ms_per_epoch = 500,
            .pruning = "threshold, upper: 0, warmup_epochs: 1"};  // every trial, as soon as may be
  cluster_.start_coordinator();
  cluster_.create(study_);
  cluster_.start_worker("a", 3);
  expect_complete();
  EXPECT_EQ(cluster_.number("select count(*) from trial_list where state = 'pruned'"), 6);
  std::map<int, int> trained;
  for (const auto& epoch : cluster_.trained()) ++trained[epoch.trial];
  ASSERT_EQ(trained.size(), 6u);
  for (const auto& [trial, epochs] : trained) {
    const double recorded =
        cluster_.number("select epochs from trial_list where number = " + std::to_string(trial))
            .value_or(0);
    EXPECT_LE(epochs, recorded + 1) << "trial " << trial;
  }
}

TEST_F(FaultsTest, SecondCoordinatorOnTheSameDatabaseIsRefusedAndNamesTheFirst) {
  cluster_.start_coordinator();
  const testing::Output second = testing::run_program(
      {built_program("foldmill-coordinator"), "--db", cluster_.database().string(), "--unix",
       (cluster_.directory() / "d.sock").string()},
      cluster_.env());
  EXPECT_EQ(second.exit_code, 7) << second.err;
  EXPECT_NE((second.out + second.err).find("process "), std::string::npos)
      << second.out << second.err;
  EXPECT_TRUE(cluster_.coordinator_runs());
}

}  // namespace
}  // namespace foldmill::e2e
