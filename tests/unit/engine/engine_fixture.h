#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/engine_driver.h"

namespace foldmill::engine {

using testing::ChangeLedger;
using testing::EngineDriver;
using testing::FakeWorker;
using testing::small_study;

constexpr AttemptOutcome kSucceeded{};
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

inline AttemptOutcome failed(EndCause cause, std::string message = "it broke") {
  return {AttemptState::kFailed, cause, std::move(message)};
}
inline AttemptOutcome given_back() { return {AttemptState::kStopped, EndCause::kPreempted, {}}; }

// Every scenario ends with the ledger's and the driver's judgement.
class EngineTest : public ::testing::Test {
 protected:
  ~EngineTest() override { EXPECT_THAT(driver.violations(), ::testing::IsEmpty()); }

  // One worker with as many slots, all of them at work.
  FakeWorker& begin(StudySpec spec, int64_t slots = 1) {
    driver.create(std::move(spec));
    return driver.join("a", slots);
  }
  StudyState state() const { return driver.study().state; }
  const std::string& reason() const { return driver.ledger().reason(StudyId(1)); }
  int64_t count(TrialState which) const { return driver.ledger().count(StudyId(1), which); }

  EngineDriver driver;
};

}  // namespace foldmill::engine
