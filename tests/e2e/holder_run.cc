#include "tests/e2e/holder_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

namespace foldmill::e2e {

using testing::eventually;

constexpr std::chrono::minutes kLongStudy(10);
constexpr int kLongEpochMs = 500;  // a checkpoint of it has arrived before the next one ends

HolderRun::HolderRun(ClusterOptions options, ScriptedStudy study)
    : lease_ms_(options.lease_ms), cluster_(std::move(options)), study_(std::move(study)) {}

void HolderRun::start_coordinator() {
  cluster_.start_coordinator();
  cluster_.create(study_);
}

void HolderRun::begin(const WorkerPlace& place_of_far) {
  if (!cluster_.coordinator_runs()) start_coordinator();
  far_ = &cluster_.start_worker("far", 1, place_of_far);
  ASSERT_TRUE(eventually([&] {
    const double id = cluster_
                          .number(
                              "select attempt from attempt_list where worker = 'far' and state = "
                              "'running' and epochs >= 3")
                          .value_or(0);
    attempt_ = static_cast<int>(id);
    return attempt_ > 0;
  })) << cluster_.logs();
}

double HolderRun::attempts(const std::string& where) {
  return cluster_.number("select count(*) from attempt_list where " + where).value_or(-1);
}

void HolderRun::expect_taken_over(const WorkerPlace& place_of_near) {
  const std::string held = "attempt = " + std::to_string(attempt_);
  ASSERT_TRUE(eventually([&] { return attempts("state = 'lost' and " + held) > 0; }))
      << cluster_.logs();
  start_near(place_of_near);
  ASSERT_TRUE(eventually([&] {
    return attempts(
               "worker = 'near' and state = 'running' and (trial, fold) in (select trial, "
               "fold from attempt_list where " +
               held + ")") > 0;
  })) << cluster_.logs();
}

int HolderRun::trained() const {
  const auto all = cluster_.trained();
  return static_cast<int>(std::count_if(
      all.begin(), all.end(), [&](const auto& epoch) { return epoch.attempt == attempt_; }));
}

double HolderRun::recorded() {
  return cluster_
      .number("select epochs from attempt_list where attempt = " + std::to_string(attempt_))
      .value_or(-1);
}

void HolderRun::expect_superseded(double recorded_before) {
  const int trained_before = trained();
  EXPECT_TRUE(eventually([&] {
    return attempts("worker = 'far' and attempt > " + std::to_string(attempt_)) > 0;
  })) << "its slot is not free again\n"
      << cluster_.logs();
  std::cout << "epochs trained of the superseded attempt: " << trained_before
            << " when it came back, " << trained() << " in all, " << recorded_before
            << " recorded\n";
  expect_complete();
  EXPECT_EQ(recorded(), recorded_before) << cluster_.logs();
  EXPECT_EQ(attempts("state = 'lost' and attempt = " + std::to_string(attempt_)), 1);
}

void HolderRun::expect_complete() {
  ASSERT_TRUE(eventually([&] { return cluster_.state_of(study_.name) == "completed"; }, kLongStudy))
      << cluster_.logs();
  expect_exactly_once(cluster_, study_.name, study_.trials, study_.folds, study_.epochs);
  expect_fenced(cluster_, study_.name);
  if (study_.ms_per_epoch >= kLongEpochMs) {
    EXPECT_LE(most_epochs_trained_again(cluster_, study_.name), 1) << cluster_.logs();
  }
}

}  // namespace foldmill::e2e
