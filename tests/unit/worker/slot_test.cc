// A slot with the scripted trainer as a real child process, and every way it can go wrong.

#include "worker/agent/slot.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <memory>

#include "tests/support/agent_fixture.h"

namespace foldmill::worker {
namespace {

using namespace std::chrono_literals;
using testing::scripted_assignment;

class SlotTest : public ::testing::Test {
 protected:
  void make_slot(SlotOptions options) {
    SlotEvents events;
    events.ready = [this](const TrainerReady&) { ++ready_; };
    events.unusable = [this](const Status& status) { unusable_ = status; };
    events.started = [](AttemptId) {};
    events.epoch = [this](AttemptId, const EpochReport& report) {
      epochs_.push_back(report.epoch);
    };
    events.checkpoint = [this](AttemptId, int64_t, const std::string&) { ++checkpoints_; };
    events.artifact = [](AttemptId, const std::string&, const std::string&) {};
    events.finished = [this](AttemptId, const AttemptOutcome& outcome) { outcome_ = outcome; };
    events.freed = [](AttemptId) {};
    slot_ = std::make_unique<Slot>(io_, std::move(options), events, testing::silent_logger());
  }
  void make_slot() { make_slot(testing::scripted_slot(0, directory_.path())); }

  template <class Condition>
  bool wait(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!condition() && std::chrono::steady_clock::now() < end) io_.run_one_for(50ms);
    return condition();
  }
  // An attempt without end that keeps no checkpoints of its own accord, not listened to any more.
  void pause_in_the_middle(ParameterSet params) {
    make_slot();
    params.set("ms_per_epoch", int64_t{5});
    Assignment assignment = scripted_assignment(1, 1'000'000, std::move(params));
    assignment.checkpoint_every_epochs = assignment.epochs;
    slot_->assign({assignment, {}});
    ASSERT_TRUE(wait([this] { return epochs_.size() >= 2; }));
    slot_->set_paused(true);
  }
  // The outcome of an attempt that misbehaves in its second epoch.
  AttemptOutcome outcome_of(const std::string& misdeed) {
    make_slot();
    slot_->assign({scripted_assignment(1, 4, {{"misbehave", misdeed}}), {}});
    EXPECT_TRUE(wait([this] { return outcome_.has_value(); })) << misdeed;
    return outcome_.value_or(AttemptOutcome{});
  }

  test::TempDir directory_;
  asio::io_context io_;
  int ready_ = 0;
  std::optional<Status> unusable_;
  std::vector<int64_t> epochs_;
  int checkpoints_ = 0;
  std::optional<AttemptOutcome> outcome_;
  std::unique_ptr<Slot> slot_;
};

TEST_F(SlotTest, KeepsItsTrainerForManyAttempts) {
  make_slot();
  slot_->start();
  ASSERT_TRUE(wait([this] { return ready_ == 1; }));
  const pid_t pid = slot_->trainer_pid();
  for (int64_t attempt = 1; attempt <= 3; ++attempt) {
    outcome_.reset();
    slot_->assign({scripted_assignment(attempt, 2), {}});
    ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
    EXPECT_EQ(outcome_->state, AttemptState::kSucceeded) << outcome_->message;
  }
  EXPECT_EQ(slot_->trainer_pid(), pid);
  EXPECT_EQ(epochs_, (std::vector<int64_t>{1, 2, 1, 2, 1, 2}));
}

TEST_F(SlotTest, SignalIsNamedAndTheAttemptIsLost) {
  const AttemptOutcome outcome = outcome_of("crash");
  EXPECT_EQ(outcome.state, AttemptState::kLost);
  EXPECT_EQ(outcome.cause, EndCause::kLost);
  EXPECT_NE(outcome.message.find("SIGKILL (signal 9)"), std::string::npos) << outcome.message;
  EXPECT_EQ(epochs_, std::vector<int64_t>{1}) << "what it said before counts";
}

TEST_F(SlotTest, ExitCodeAndLastWordsAreKept) {
  const AttemptOutcome outcome = outcome_of("exit");
  EXPECT_EQ(outcome.state, AttemptState::kFailed);
  EXPECT_NE(outcome.message.find("code 3"), std::string::npos) << outcome.message;
  EXPECT_NE(outcome.message.find("the user's code gave up"), std::string::npos);
}

TEST_F(SlotTest, BreachesOfTheProtocolCostTheAttempt) {
  for (const auto& [misdeed, reason] :
       std::vector<std::pair<std::string, std::string>>{{"garbage", "not a JSON object"},
                                                        {"long_line", "longer than"},
                                                        {"wrong_attempt", "attempt 2"},
                                                        {"skip_epoch", "epoch 3 where epoch 2"},
                                                        {"repeat_epoch", "epoch 1 where epoch 2"},
                                                        {"no_metric", "'val_loss'"},
                                                        {"early_finish", "before epoch 2"}}) {
    outcome_.reset();
    const AttemptOutcome outcome = outcome_of(misdeed);
    EXPECT_EQ(outcome.state, AttemptState::kFailed) << misdeed;
    EXPECT_EQ(outcome.cause, EndCause::kInternal) << misdeed;
    EXPECT_NE(outcome.message.find(reason), std::string::npos)
        << misdeed << ": " << outcome.message;
  }
}

TEST_F(SlotTest, HungTrainerIsKilledAndReplaced) {
  SlotOptions options = testing::scripted_slot(0, directory_.path());
  options.limits.progress = 200ms;
  make_slot(options);
  slot_->assign({scripted_assignment(1, 4, {{"misbehave", std::string("hang")}}), {}});
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kLost);
  EXPECT_NE(outcome_->message.find("hung"), std::string::npos) << outcome_->message;
  outcome_.reset();
  slot_->assign({scripted_assignment(2, 1), {}});
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kSucceeded) << outcome_->message;
}

// A study's first epoch may take hours.
TEST_F(SlotTest, ALongFirstEpochIsNotTakenForHung) {
  SlotOptions options = testing::scripted_slot(0, directory_.path());
  options.limits.progress = 20ms;
  make_slot(options);
  slot_->assign({scripted_assignment(1, 1, {{"ms_per_epoch", int64_t{400}}}), {}});
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kSucceeded) << outcome_->message;
}

TEST_F(SlotTest, TrainerThatIgnoresStopIsKilledAfterTheGrace) {
  make_slot();
  slot_->assign(
      {scripted_assignment(
           1, 1'000'000, {{"misbehave", std::string("ignore_stop")}, {"ms_per_epoch", int64_t{5}}}),
       {}});
  ASSERT_TRUE(wait([this] { return epochs_.size() >= 2; }));
  slot_->stop(AttemptId(1), EndCause::kPruned);
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kStopped);
  EXPECT_EQ(outcome_->cause, EndCause::kPruned);
  EXPECT_NE(outcome_->message.find("did not stop"), std::string::npos) << outcome_->message;
}

TEST_F(SlotTest, TrainerThatIsNotListenedToIsNotKilledForItsSilence) {
  pause_in_the_middle({});
  slot_->stop(AttemptId(1), EndCause::kPreempted);
  io_.run_for(3 * testing::scripted_slot(0, directory_.path()).limits.stop);
  EXPECT_FALSE(outcome_);
  slot_->set_paused(false);
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kStopped);
  EXPECT_EQ(outcome_->message, "");
  EXPECT_EQ(checkpoints_, 1) << "it had answered all the time";
}

TEST_F(SlotTest, APauseOnlyPutsOffTheEndOfATrainerThatIgnoresStop) {
  pause_in_the_middle({{"misbehave", std::string("ignore_stop")}});
  slot_->stop(AttemptId(1), EndCause::kPruned);
  slot_->set_paused(false);
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_NE(outcome_->message.find("did not stop"), std::string::npos) << outcome_->message;
}

TEST_F(SlotTest, ClosingWaitsForNoPause) {
  pause_in_the_middle({{"misbehave", std::string("ignore_stop")}});
  slot_->stop(AttemptId(1), EndCause::kPreempted);
  bool closed = false;
  slot_->close([&] { closed = true; });
  EXPECT_TRUE(wait([&] { return closed; }));
}

TEST_F(SlotTest, GrandchildrenDoNotOutliveTheTrainer) {
  const AttemptOutcome outcome = outcome_of("grandchild");
  const std::string mark = "grandchild ";
  const size_t at = outcome.message.find(mark);
  ASSERT_NE(at, std::string::npos) << outcome.message;
  const pid_t grandchild = std::stoi(outcome.message.substr(at + mark.size()));
  EXPECT_TRUE(testing::eventually([&] { return !testing::process_exists(grandchild); }));
}

TEST_F(SlotTest, DestroyedSlotLeavesNoProcess) {
  make_slot();
  slot_->start();
  ASSERT_TRUE(wait([this] { return ready_ == 1; }));
  const pid_t pid = slot_->trainer_pid();
  slot_.reset();
  EXPECT_NE(kill(pid, 0), 0) << "neither running nor a zombie";
}

TEST_F(SlotTest, TrainerThatIsNeverReadyIsKilled) {
  SlotOptions options = testing::scripted_slot(0, directory_.path());
  options.trainer->env["FOLDMILL_SCRIPT"] = "never_ready";
  options.limits.start = 100ms;
  make_slot(options);
  slot_->assign({scripted_assignment(1, 1), {}});
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kLost);
  EXPECT_NE(outcome_->message.find("not ready"), std::string::npos) << outcome_->message;
}

TEST_F(SlotTest, TrainerThatDiesAtEveryStartIsGivenUp) {
  SlotOptions options = testing::scripted_slot(0, directory_.path());
  options.trainer->argv = {"false"};
  options.limits.first_backoff = options.limits.last_backoff = 1ms;
  make_slot(options);
  slot_->start();
  ASSERT_TRUE(wait([this] { return unusable_.has_value(); }));
  EXPECT_NE(unusable_->message().find("exited with code 1"), std::string::npos)
      << unusable_->message();
}

TEST_F(SlotTest, MissingProgramAndAnotherProtocolAreSaid) {
  SlotOptions options = testing::scripted_slot(0, directory_.path());
  options.trainer->argv = {(directory_ / "absent").string()};
  make_slot(options);
  slot_->start();
  ASSERT_TRUE(unusable_);
  EXPECT_NE(unusable_->message().find("No such file"), std::string::npos) << unusable_->message();

  unusable_.reset();
  options = testing::scripted_slot(0, directory_.path());
  options.trainer->env["FOLDMILL_SCRIPT"] = "wrong_protocol";
  make_slot(options);
  slot_->start();
  ASSERT_TRUE(wait([this] { return unusable_.has_value(); }));
  EXPECT_NE(unusable_->message().find("protocol 99"), std::string::npos) << unusable_->message();
}

TEST_F(SlotTest, AUsersCommandGetsATrainerOfItsOwn) {
  make_slot();
  slot_->start();
  ASSERT_TRUE(wait([this] { return ready_ == 1; }));
  const pid_t ours = slot_->trainer_pid();
  Assignment assignment = scripted_assignment(1, 2);
  assignment.model.type = "command";
  assignment.model.command = {testing::built_program("scripted_trainer"), "--mine"};
  slot_->assign({assignment, {}});
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kSucceeded) << outcome_->message;
  EXPECT_NE(slot_->trainer_pid(), ours);

  outcome_.reset();
  assignment.attempt = AttemptId(2);
  assignment.model.command = {"foldmill-no-such-program"};
  slot_->assign({assignment, {}});
  ASSERT_TRUE(wait([this] { return outcome_.has_value(); }));
  EXPECT_EQ(outcome_->state, AttemptState::kFailed);
  EXPECT_EQ(outcome_->cause, EndCause::kUserError);
}

TEST(ChildWatcherTest, WithoutPidfdItAsksAgainAndAgain) {
  asio::io_context io;
  auto child = spawn_child({{"/bin/sh", "-c", "exit 9"}, "", {}});
  ASSERT_TRUE(child.ok()) << child.status().message();
  ::close(child->socket);
  ::close(child->output);
  std::optional<ChildExit> seen;
  ChildWatcher watcher(
      io, child->pid, [&](const ChildExit& exit) { seen = exit; }, ChildWatcher::Method::kPolling);
  io.run_for(60s);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->describe(), "exited with code 9");
}

}  // namespace
}  // namespace foldmill::worker
