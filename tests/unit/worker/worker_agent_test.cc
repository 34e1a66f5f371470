// The agent against a fake coordinator over a real session, with real (scripted) trainer processes.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "core/sha256.h"
#include "tests/support/agent_fixture.h"

namespace foldmill::worker {
namespace {

using proto::SlotAssignment;
using testing::eventually;
using testing::RunningAgent;
using testing::scripted_assignment;

class WorkerAgentTest : public ::testing::Test {
 protected:
  // Whether the message went out: there has to be a session first.
  bool tell(const proto::CoordinatorMessage& message) {
    return eventually([&] { return coordinator_.send(message); });
  }
  bool ends(int64_t attempt) {
    return eventually([&] { return coordinator_.outcome_of(AttemptId(attempt)).has_value(); });
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
    return eventually([&] { return epochs_of(attempt).size() >= count; });
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

TEST_F(WorkerAgentTest, TrainsAnAssignmentToItsEnd) {
  RunningAgent agent(coordinator_, directory_, 2);
  ASSERT_TRUE(tell(SlotAssignment{1, scripted_assignment(5, 3)}));
  ASSERT_TRUE(ends(5));
  EXPECT_EQ(outcome(5).state, AttemptState::kSucceeded);
  EXPECT_EQ(epochs_of(5), (std::vector<int64_t>{1, 2, 3}));
  const auto hello = coordinator_.received_of<proto::Hello>().front();
  EXPECT_EQ(hello.slots, 2);
  EXPECT_EQ(hello.name, "tested");
  EXPECT_TRUE(hello.models.empty()) << "the scripted trainer takes anything";
  EXPECT_FALSE(coordinator_.received_of<proto::AttemptStarted>().empty());
}

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

TEST_F(WorkerAgentTest, UnacknowledgedReportsComeAgainInOrderWithTheirNumbers) {
  coordinator_.acknowledge_nothing();
  RunningAgent agent(coordinator_, directory_);
  const WallTime leased(std::chrono::microseconds(1'763'812'800'123'456));
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 3), leased}));
  ASSERT_TRUE(ends(1));
  const std::vector<uint64_t> first = sequences();
  EXPECT_TRUE(std::is_sorted(first.begin(), first.end()));
  coordinator_.stop();
  coordinator_.acknowledge_everything();
  coordinator_.start();
  ASSERT_TRUE(eventually([&] { return sequences().size() >= 2 * first.size(); }));
  const std::vector<uint64_t> all = sequences();
  EXPECT_EQ(std::vector<uint64_t>(all.begin() + std::ptrdiff_t(first.size()), all.end()), first);
  const auto again = coordinator_.received_of<proto::Hello>().back();
  ASSERT_EQ(again.running.size(), 1U) << "an end that is not acknowledged is still ours to tell";
  EXPECT_EQ(again.running[0].attempt, AttemptId(1));
  EXPECT_EQ(again.running[0].leased, leased);
}

TEST_F(WorkerAgentTest, TrainsOnWhileTheCoordinatorIsAway) {
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 20, {{"ms_per_epoch", int64_t{20}}})}));
  ASSERT_TRUE(reports(1, 2));
  coordinator_.stop();
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::exists(directory_ / "slot-0/attempt-1/state.json");
  })) << "the last epoch is over";
  coordinator_.start();
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kSucceeded);
  std::vector<int64_t> epochs = epochs_of(1);
  std::sort(epochs.begin(), epochs.end());
  epochs.erase(std::unique(epochs.begin(), epochs.end()), epochs.end());
  EXPECT_EQ(epochs.size(), 20U);
}

TEST_F(WorkerAgentTest, DropsWhatTheCoordinatorDoesNotWantKept) {
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(
      tell(SlotAssignment{0, scripted_assignment(1, 10'000, {{"ms_per_epoch", int64_t{5}}})}));
  ASSERT_TRUE(reports(1, 2));
  coordinator_.stop();
  coordinator_.keep_only({});
  coordinator_.start();
  // The slot is free for another, and nothing more is said of the first.
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(2, 2)}));
  ASSERT_TRUE(ends(2));
  EXPECT_EQ(outcome(2).state, AttemptState::kSucceeded);
  EXPECT_FALSE(coordinator_.outcome_of(AttemptId(1)));
}

TEST_F(WorkerAgentTest, SupersededAttemptStopsQuietly) {
  coordinator_.set_answer([](const proto::WorkerMessage& message) -> std::optional<proto::Ack> {
    if (message.sequence == 0) return std::nullopt;
    const auto* report = std::get_if<proto::AttemptReport>(&message.body);
    const bool old = report != nullptr && report->attempt == AttemptId(1);
    return proto::Ack{message.sequence,
                      old ? proto::AckVerdict::kSuperseded : proto::AckVerdict::kAccepted, ""};
  });
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(
      tell(SlotAssignment{0, scripted_assignment(1, 10'000, {{"ms_per_epoch", int64_t{5}}})}));
  ASSERT_TRUE(reports(1, 1));
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(2, 1)}));
  ASSERT_TRUE(ends(2));
  EXPECT_FALSE(coordinator_.outcome_of(AttemptId(1)));
}

TEST_F(WorkerAgentTest, StopEndsTheAttemptWithItsCause) {
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(
      tell(SlotAssignment{0, scripted_assignment(1, 10'000, {{"ms_per_epoch", int64_t{5}}})}));
  ASSERT_TRUE(reports(1, 2));
  ASSERT_TRUE(tell(proto::Stop{AttemptId(1), EndCause::kPruned}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kStopped);
  EXPECT_EQ(outcome(1).cause, EndCause::kPruned);
}

TEST_F(WorkerAgentTest, DrainGivesBackWithACheckpointAndEnds) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 10'000, {{"ms_per_epoch", int64_t{20}}});
  assignment.checkpoint_every_epochs = 10'000;
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(reports(1, 2));
  agent.drain();
  ASSERT_TRUE(eventually([&] { return agent.ended(); }));
  EXPECT_EQ(agent.exit_code(), ExitCode::kDrained);
  EXPECT_FALSE(coordinator_.received_of<proto::Draining>().empty());
  EXPECT_EQ(outcome(1).state, AttemptState::kStopped);
  EXPECT_EQ(outcome(1).cause, EndCause::kPreempted);
  ASSERT_EQ(coordinator_.received_of<proto::CheckpointSaved>().size(), 1U);
  EXPECT_EQ(coordinator_.received_of<proto::CheckpointSaved>()[0].checkpoint.epoch,
            epochs_of(1).back());
}

// Left behind, it would be leased to nobody until the lease has run out.
TEST_F(WorkerAgentTest, AnAssignmentOnItsWayWhenTheDrainingBeginsIsGivenBack) {
  coordinator_.leave_draining_unanswered();
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(eventually([&] { return coordinator_.sessions() == 1; }));
  agent.drain();
  ASSERT_TRUE(eventually([&] { return !coordinator_.received_of<proto::Draining>().empty(); }));
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 10'000)}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).cause, EndCause::kPreempted) << outcome(1).message;
  EXPECT_FALSE(agent.ended());
  ASSERT_TRUE(tell(proto::Drain{}));
  ASSERT_TRUE(eventually([&] { return agent.ended(); }));
  EXPECT_EQ(agent.exit_code(), ExitCode::kDrained);
}

TEST_F(WorkerAgentTest, DrainWithoutACoordinatorEndsWithTheGrace) {
  RunningAgent agent(coordinator_, directory_, 1,
                     [](AgentOptions& options) { options.grace = std::chrono::milliseconds(200); });
  ASSERT_TRUE(
      tell(SlotAssignment{0, scripted_assignment(1, 10'000, {{"ms_per_epoch", int64_t{5}}})}));
  ASSERT_TRUE(reports(1, 1));
  coordinator_.stop();
  agent.drain();
  ASSERT_TRUE(eventually([&] { return agent.ended(); }));
  EXPECT_EQ(agent.exit_code(), ExitCode::kDrained);
}

TEST_F(WorkerAgentTest, ResumedAttemptReportsWhatAnUninterruptedOneWould) {
  const auto value_at = [&](int64_t attempt, int64_t epoch) {
    for (const auto& report : coordinator_.received_of<proto::AttemptReport>())
      if (report.attempt.value == attempt && report.report.epoch == epoch)
        return report.report.metric("val_loss").value_or(-1);
    return -1.0;
  };
  RunningAgent agent(coordinator_, directory_);
  const ParameterSet params{{"x", 0.7}, {"ms_per_epoch", int64_t{50}}};
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 4, params)}));
  ASSERT_TRUE(ends(1));
  const auto saved = coordinator_.received_of<proto::CheckpointSaved>();
  ASSERT_FALSE(saved.empty());
  Assignment rest = scripted_assignment(2, 4, params);
  rest.resume_from = saved.front().checkpoint;
  std::filesystem::remove_all(directory_ / "cache");
  std::filesystem::create_directories(directory_ / "cache");  // as on another machine
  ASSERT_TRUE(tell(SlotAssignment{0, rest}));
  ASSERT_TRUE(ends(2));
  EXPECT_EQ(epochs_of(2).front(), rest.first_epoch());
  EXPECT_EQ(value_at(2, 4), value_at(1, 4));
}

TEST_F(WorkerAgentTest, MissingCheckpointFailsTheAttemptNotTheWorker) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 4);
  assignment.resume_from = Checkpoint{2, {sha256_hex("nowhere"), 7}};
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kFailed);
  EXPECT_EQ(outcome(1).cause, EndCause::kDataMissing);
  EXPECT_NE(outcome(1).message.find("checkpoint"), std::string::npos) << outcome(1).message;
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

TEST_F(WorkerAgentTest, AnAttemptMayHaveSeveralSlotsButNotMoreThanThereAre) {
  RunningAgent agent(coordinator_, directory_, 2);
  Assignment assignment = scripted_assignment(1, 1);
  assignment.slots = 2;
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kSucceeded) << outcome(1).message;
  assignment = scripted_assignment(2, 1);
  assignment.slots = 3;
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(2));
  EXPECT_EQ(outcome(2).state, AttemptState::kLost);
  EXPECT_EQ(outcome(2).message, "this worker has 2 slots, not 3");
}

TEST_F(WorkerAgentTest, MissingEncoderFailsTheAttemptNotTheWorker) {
  RunningAgent agent(coordinator_, directory_);
  Assignment assignment = scripted_assignment(1, 4);
  assignment.model.encoder =
      EncoderSource{"other", "best", "", false, false, ArtifactRef{sha256_hex("nowhere"), 7}};
  ASSERT_TRUE(tell(SlotAssignment{0, assignment}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kFailed);
  EXPECT_EQ(outcome(1).cause, EndCause::kDataMissing);
  EXPECT_NE(outcome(1).message.find("encoder"), std::string::npos) << outcome(1).message;
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

TEST_F(WorkerAgentTest, KilledTrainerIsLostBySignalAndReplaced) {
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(
      tell(SlotAssignment{0, scripted_assignment(1, 10'000, {{"ms_per_epoch", int64_t{5}}})}));
  ASSERT_TRUE(reports(1, 2));
  const pid_t victim = agent.trainer_pid();
  ASSERT_GT(victim, 0);
  kill(victim, SIGKILL);
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kLost);
  EXPECT_NE(outcome(1).message.find("SIGKILL"), std::string::npos) << outcome(1).message;
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(2, 1)}));
  ASSERT_TRUE(ends(2));
  EXPECT_EQ(outcome(2).state, AttemptState::kSucceeded);
}

TEST_F(WorkerAgentTest, NotANumberPassesThrough) {
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(
      tell(SlotAssignment{0, scripted_assignment(1, 5, {{"misbehave", std::string("diverge")}})}));
  ASSERT_TRUE(ends(1));
  EXPECT_EQ(outcome(1).state, AttemptState::kFailed);
  EXPECT_EQ(outcome(1).cause, EndCause::kDiverged);
  const auto reports = coordinator_.received_of<proto::AttemptReport>();
  EXPECT_TRUE(std::isnan(reports.back().report.metric("val_loss").value_or(0)));
}

TEST_F(WorkerAgentTest, AnotherProtocolVersionIsFinal) {
  coordinator_.refuse_with({grpc::StatusCode::FAILED_PRECONDITION, "protocol 2 is spoken here"});
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(eventually([&] { return agent.ended(); }));
  EXPECT_EQ(agent.exit_code(), ExitCode::kDoNotRestart);
}

TEST_F(WorkerAgentTest, ANameThatAnotherTookIsFinal) {
  coordinator_.refuse_with({grpc::StatusCode::ALREADY_EXISTS, "another worker has joined"});
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(eventually([&] { return agent.ended(); }));
  EXPECT_EQ(agent.exit_code(), ExitCode::kDoNotRestart);
}

TEST_F(WorkerAgentTest, PatienceEnds) {
  coordinator_.stop();
  RunningAgent agent(coordinator_, directory_, 1, [](AgentOptions& options) {
    options.patience = std::chrono::milliseconds(50);
  });
  ASSERT_TRUE(eventually([&] { return agent.ended(); }));
  EXPECT_EQ(agent.exit_code(), ExitCode::kRetryLater);
}

TEST_F(WorkerAgentTest, FullOutboxThatIsForgottenHoldsNobody) {
  coordinator_.acknowledge_nothing();
  RunningAgent agent(coordinator_, directory_, 1,
                     [](AgentOptions& options) { options.outbox_capacity = 8; });
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 60)}));
  ASSERT_TRUE(eventually([&] { return sequences().size() >= 8; }));
  coordinator_.stop();
  coordinator_.keep_only({});
  coordinator_.acknowledge_everything();
  coordinator_.start();
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(2, 2)}));
  ASSERT_TRUE(ends(2));
  EXPECT_EQ(outcome(2).state, AttemptState::kSucceeded);
}

TEST_F(WorkerAgentTest, FullOutboxHoldsTheTrainerAndLosesNothing) {
  coordinator_.acknowledge_nothing();
  RunningAgent agent(coordinator_, directory_, 1,
                     [](AgentOptions& options) { options.outbox_capacity = 8; });
  ASSERT_TRUE(tell(SlotAssignment{0, scripted_assignment(1, 60)}));
  ASSERT_TRUE(eventually([&] { return sequences().size() >= 8; }));
  coordinator_.stop();
  coordinator_.acknowledge_everything();
  coordinator_.start();
  ASSERT_TRUE(ends(1));
  std::vector<int64_t> epochs = epochs_of(1);
  std::sort(epochs.begin(), epochs.end());
  epochs.erase(std::unique(epochs.begin(), epochs.end()), epochs.end());
  EXPECT_EQ(epochs.size(), 60U);
}

}  // namespace
}  // namespace foldmill::worker
