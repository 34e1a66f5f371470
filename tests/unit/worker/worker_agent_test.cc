// The agent against a fake coordinator over a real session, with real (scripted) trainer processes.

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/worker/worker_agent_fixture.h"

namespace foldmill::worker {
namespace {

using proto::SlotAssignment;
using testing::eventually;
using testing::RunningAgent;
using testing::scripted_assignment;

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

// Otherwise it would seem to have stopped without having been asked to.
TEST_F(WorkerAgentTest, AComebackSaysThatItDrainsBeforeWhatItGaveBack) {
  RunningAgent agent(coordinator_, directory_);
  ASSERT_TRUE(
      tell(SlotAssignment{0, scripted_assignment(1, 2, {{"ms_per_epoch", int64_t{600'000}}})}));
  ASSERT_TRUE(
      eventually([&] { return !coordinator_.received_of<proto::AttemptStarted>().empty(); }));
  coordinator_.stop();
  const size_t before = coordinator_.received().size();
  agent.drain();
  ASSERT_TRUE(eventually([&] { return !std::filesystem::exists(directory_ / "slot-0/attempt-1"); }))
      << "its end waits to be told";
  coordinator_.start();
  ASSERT_TRUE(eventually([&] { return agent.ended(); }));
  EXPECT_EQ(outcome(1).cause, EndCause::kPreempted);
  const std::vector<proto::WorkerMessage> all = coordinator_.received();
  const auto first = [&](auto wanted) {
    return std::find_if(all.begin() + std::ptrdiff_t(before), all.end(), wanted);
  };
  EXPECT_LT(first([](const auto& m) { return std::holds_alternative<proto::Draining>(m.body); }),
            first([](const auto& m) { return m.sequence > 0; }));
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
