#include "tests/e2e/ballistic_run.h"

#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

namespace foldmill::e2e {
namespace {

using testing::eventually;

constexpr int kPaceMs = 20;
constexpr int kTrialsAtATime = 10;
constexpr std::chrono::minutes kPatience{10};

ScriptedStudy study_of(const std::string& pruning, int trials) {
  ScriptedStudy study;
  study.name = "ballistic";
  study.trials = trials;
  study.ms_per_epoch = 0;  // the environment's
  study.pruning = pruning;
  study.extra = "resources: {retries: {worker_lost: 1000}}\n";
  return study;
}

ClusterOptions cluster_options(int pace_ms) {
  return {.lease_ms = 1500,
          .heartbeat_ms = 200,
          .env = {{"FOLDMILL_SCRIPT_PACE", std::to_string(pace_ms)}}};
}

class BallisticRun {
 public:
  BallisticRun(const ChaosOptions& options, const std::string& pruning, uint64_t seed)
      : study_(study_of(pruning, kTrialsAtATime)), cluster_(cluster_options(kPaceMs)) {
    cluster_.start_coordinator();
    cluster_.create(study_);
    chaos_.emplace(cluster_, options, seed);
  }

  void run(int faults) {
    while (chaos_->faults() < faults && !::testing::Test::HasFailure()) {
      chaos_->strike();
      if (chaos_->faults() % 10 == 0) extend_in_time();
    }
    chaos_->calm_down();
    std::cout << chaos_->summary() << std::endl;
    ASSERT_TRUE(
        eventually([this] { return chaos_->tend(), cluster_.state_of(study_.name) == "completed"; },
                   kPatience))
        << cluster_.logs();
    study_.trials = static_cast<int>(cluster_.number("select budget from study_list").value_or(-1));
    expect_exactly_once(cluster_, study_.name, study_.trials, study_.folds, study_.epochs);
    expect_fenced(cluster_, study_.name);
    std::cout << cluster_.query(
                     "select budget || ' trials, ' || (select sum(epochs) from attempt_list) || "
                     "' epochs of which ' || ((select sum(epochs) from attempt_list) - (select "
                     "count(*) from metric_list where name = 'val_loss')) || ' were trained again, "
                     "' || (select count(*) from attempt_list) || ' attempts of which ' || (select "
                     "count(*) from attempt_list where state = 'lost') || ' were lost' "
                     "from study_list")
              << "at most " << most_epochs_trained_again(cluster_, study_.name)
              << " epochs of a fold were trained again at a time" << std::endl;
  }

  Cluster& cluster() { return cluster_; }
  const ScriptedStudy& study() const { return study_; }

 private:
  // Absolute, so that asking again after an answer that never came asks for nothing more.
  void extend_in_time() {
    const auto ended = cluster_.number("select completed + pruned from study_list");
    if (!ended || *ended + kTrialsAtATime / 2 < study_.trials) return;
    const std::string wanted = std::to_string(study_.trials + kTrialsAtATime);
    if (cluster_.cli({"study", "extend", study_.name, "--trials", wanted}).exit_code == 0)
      study_.trials += kTrialsAtATime;
  }

  ScriptedStudy study_;
  Cluster cluster_;
  std::optional<Chaos> chaos_;
};

}  // namespace

void expect_survives_chaos(int faults, const ChaosOptions& options, const std::string& pruning,
                           uint64_t seed) {
  BallisticRun(options, pruning, seed).run(faults);
}

void expect_chaos_changes_nothing(int faults, uint64_t seed) {
  BallisticRun struck({}, "median, warmup_trials: 4, warmup_epochs: 2, min_peers: 2", seed);
  struck.run(faults);
  if (::testing::Test::HasFatalFailure()) return;

  Cluster calm(cluster_options(0));
  calm.start_coordinator();
  calm.create(study_of(struck.study().pruning, struck.study().trials));
  calm.start_worker("calm");
  ASSERT_TRUE(calm.wait_completed(struck.study().name)) << calm.logs();
  const std::string expected = calm.outcome();
  EXPECT_GT(expected.size(), 1000u);
  EXPECT_EQ(struck.cluster().outcome(), expected);
}

}  // namespace foldmill::e2e
