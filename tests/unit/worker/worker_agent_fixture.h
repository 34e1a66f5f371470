#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/agent_fixture.h"

namespace foldmill::worker {

// An agent beside a coordinator that says what the test says.
class WorkerAgentTest : public ::testing::Test {
 protected:
  // Whether the message went out: there has to be a session first.
  bool tell(const proto::CoordinatorMessage& message) {
    return testing::eventually([&] { return coordinator_.send(message); });
  }
  bool ends(int64_t attempt) {
    return testing::eventually(
        [&] { return coordinator_.outcome_of(AttemptId(attempt)).has_value(); });
  }
  AttemptOutcome outcome(int64_t attempt) {
    return coordinator_.outcome_of(AttemptId(attempt)).value_or(AttemptOutcome{});
  }
  std::vector<int64_t> epochs_of(int64_t attempt) {
    std::vector<int64_t> epochs;
    for (const auto& report : coordinator_.received_of<proto::AttemptReport>())
      if (report.attempt.value == attempt) epochs.push_back(report.report.epoch);
    return epochs;
  }
  bool reports(int64_t attempt, size_t count) {
    return testing::eventually([&] { return epochs_of(attempt).size() >= count; });
  }
  // The artifact of the attempt that ended first.
  std::string kept_state() {
    const auto saved = coordinator_.received_of<proto::ArtifactSaved>();
    return saved.empty() ? "" : coordinator_.artifacts()[saved.front().artifact.sha256];
  }
  // Sequence numbers in the order they arrived.
  std::vector<uint64_t> sequences() {
    std::vector<uint64_t> numbers;
    for (const auto& message : coordinator_.received())
      if (message.sequence > 0) numbers.push_back(message.sequence);
    return numbers;
  }

  test::TempDir directory_;
  testing::FakeCoordinator coordinator_{(directory_ / "c.sock").string()};
};

}  // namespace foldmill::worker
