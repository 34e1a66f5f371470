// Every place in every program, and every commit of a small study (R2).

#include <gtest/gtest.h>

#include <filesystem>
#include <iostream>

#include "core/failpoint.h"
#include "tests/e2e/crash_run.h"

namespace foldmill::e2e {
namespace {

void expect_survives_all_of(std::string_view program, const CrashStudy& study) {
  const std::string undisturbed = undisturbed_outcome(study);
  for (const FailpointInfo& place : kFailpoints) {
    if (place.program != program) continue;
    std::cout << "dying at " << place.name << ": " << place.where << std::endl;
    expect_survives(study, std::string(place.name), 1, undisturbed);
  }
}

TEST(FailpointsSlowTest, TheCoordinatorMayDieAnywhere) {
  expect_survives_all_of("coordinator", scripted_crash_study());
}

TEST(FailpointsSlowTest, TheWorkerMayDieAnywhere) {
  expect_survives_all_of("worker", scripted_crash_study());
}

// A death costs one epoch of one fold at most, which is trained again to the same numbers.
TEST(FailpointsSlowTest, TheTrainerMayDieAnywhere) {
  if (!std::filesystem::exists(built_program("foldmill-trainer")))
    GTEST_SKIP() << "foldmill-trainer was not built";
  expect_survives_all_of("trainer", trained_crash_study());
}

// As the n-th call is failed for n = 1, 2, ... until a run comes through without it.
TEST(FailpointsSlowTest, TheCoordinatorMayDieAtEveryCommit) {
  const CrashStudy study = scripted_crash_study();
  const std::string undisturbed = undisturbed_outcome(study);
  for (const char* place : {"store.before_commit", "store.after_commit"}) {
    int count = 1;
    while (dies_and_recovers(study, place, count, undisturbed)) ++count;
    std::cout << place << ": died at each of " << count - 1 << " commits" << std::endl;
    EXPECT_GT(count, 50) << place;
  }
}

}  // namespace
}  // namespace foldmill::e2e
