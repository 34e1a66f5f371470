// What an agent fetches before an attempt can be trained, and what it delivers of one.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/sha256.h"
#include "tests/unit/worker/worker_agent_fixture.h"

namespace foldmill::worker {
namespace {

using proto::SlotAssignment;
using testing::eventually;
using testing::RunningAgent;
using testing::scripted_assignment;

class MissingFileTest : public WorkerAgentTest {
 protected:
  void fails_for_want_of(const std::string& file, const Assignment& assignment) {
    ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
    ASSERT_TRUE(ends(1));
    EXPECT_EQ(outcome(1).state, AttemptState::kFailed);
    EXPECT_EQ(outcome(1).cause, EndCause::kDataMissing);
    EXPECT_NE(outcome(1).message.find(file), std::string::npos) << outcome(1).message;
  }
};

TEST_F(WorkerAgentTest, FilesArriveBeforeTheyAreReportedAndTheEndComesLast) {
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 3, {{"ms_per_epoch", int64_t{100}}})}));
  ASSERT_TRUE(ends(1));
  const std::vector<std::string> journal = coordinator_.journal();
  EXPECT_EQ(journal.back(), "finished");
  int arrived = 0;
  for (const std::string& entry : journal) {
    if (entry == "put") ++arrived;
    if (entry == "checkpoint" || entry == "artifact") {
      EXPECT_GT(arrived--, 0);
    }
  }
  for (const auto& saved : coordinator_.received_of<proto::CheckpointSaved>())
    EXPECT_TRUE(coordinator_.artifacts().contains(saved.checkpoint.artifact.sha256));
  std::vector<std::string> saved;
  for (const auto& artifact : coordinator_.received_of<proto::ArtifactSaved>())
    saved.push_back(artifact.name);
  EXPECT_EQ(saved, (std::vector<std::string>{"state.json", "model.safetensors"}));
  EXPECT_TRUE(
      eventually([&] { return !std::filesystem::exists(directory_ / "slot-0/attempt-1"); }));
}

TEST_F(MissingFileTest, ACheckpointFailsTheAttemptNotTheWorker) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 4);
  assignment.resume_from = Checkpoint{2, {sha256_hex("nowhere"), 7}};
  fails_for_want_of("checkpoint", assignment);
}

TEST_F(WorkerAgentTest, AnEncoderIsFetchedBeforeTheTrainerNeedsIt) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 4);
  assignment.resume_from = Checkpoint{2, coordinator_.store(R"({"value":1.5})")};
  assignment.model.encoder =
      EncoderSource{"other", "best", "", false, false, coordinator_.store("the encoder's weights")};
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kSucceeded) << outcome(1).message;
  EXPECT_EQ(epochs_of(1), (std::vector<int64_t>{3, 4}));
  EXPECT_NE(kept_state().find(R"("encoder":"the encoder's weights")"), std::string::npos);
}

TEST_F(WorkerAgentTest, AnEncoderThatLiesOnThisMachineIsUsedWhereItIs) {
  const auto file = directory_ / "model.safetensors";
  std::ofstream(file) << "weights by hand";
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 1);
  assignment.model.encoder = EncoderSource{"", "best", file.string(), false, false, std::nullopt};
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(1));
  EXPECT_NE(kept_state().find(R"("encoder":"weights by hand")"), std::string::npos);
}

TEST_F(WorkerAgentTest, AModelIsFetchedToBeEvaluatedAndItsEncoderIsNot) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 1);
  assignment.model.encoder =
      EncoderSource{"other", "best", "", false, false, ArtifactRef{sha256_hex("nowhere"), 7}};
  assignment.evaluate = coordinator_.store("a trained model");
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kSucceeded) << outcome(1).message;
  EXPECT_NE(kept_state().find(R"("encoder":"a trained model")"), std::string::npos);
}

TEST_F(MissingFileTest, AnEncoderFailsTheAttemptNotTheWorker) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 4);
  assignment.model.encoder =
      EncoderSource{"other", "best", "", false, false, ArtifactRef{sha256_hex("nowhere"), 7}};
  fails_for_want_of("encoder", assignment);
}

TEST_F(WorkerAgentTest, CheckpointThatThereIsNoRoomForLosesTheAttempt) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 4);
  assignment.resume_from = Checkpoint{2, coordinator_.store("a checkpoint")};
  std::filesystem::remove_all(directory_ / "cache");  // nothing can be written there
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kLost);
  EXPECT_NE(outcome(1).message.find("disk full"), std::string::npos) << outcome(1).message;
}

TEST_F(WorkerAgentTest, AttemptWithoutItsArtifactIsLost) {
  coordinator_.answer_puts([](const grpc::ServerContext&) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "not this one");
  });
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 3)}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(epochs_of(1).size(), 3U);
  EXPECT_EQ(outcome(1).state, AttemptState::kLost);
  EXPECT_EQ(outcome(1).cause, EndCause::kLost);
  EXPECT_NE(outcome(1).message.find("'state.json'"), std::string::npos) << outcome(1).message;
  EXPECT_NE(outcome(1).message.find("not this one"), std::string::npos) << outcome(1).message;
}

}  // namespace
}  // namespace foldmill::worker
