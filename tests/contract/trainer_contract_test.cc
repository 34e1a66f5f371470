// What every trainer owes the worker (worker/protocol.md), asked of the program that the
// environment names: FOLDMILL_TRAINER is its command line (words separated by spaces), and
// FOLDMILL_TRAINER_ASSIGNMENT the kind of assignment it understands: scripted, python or torch.

#include <gtest/gtest.h>
#include <signal.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <optional>
#include <sstream>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"
#include "worker/agent/trainer_messages.h"
#include "worker/agent/trainer_process.h"

namespace foldmill::worker {
namespace {

using namespace std::chrono_literals;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Assignment assignment_of_kind(const std::string& kind, int64_t attempt, int64_t epochs) {
  Assignment assignment;
  assignment.attempt = AttemptId(attempt);
  assignment.fold = {StudyId(1), TrialNumber(3), FoldIndex(0)};
  assignment.study_name = "contract";
  assignment.seed = 7;
  assignment.epochs = epochs;
  assignment.data.dataset = "none";
  assignment.model.type = "command";
  assignment.params = {{"lr", 0.1}, {"epochs", epochs}, {"ms_per_epoch", int64_t{20}}};
  if (kind == "torch") {
    assignment.data = {.dataset = "fashion-mnist",
                       .path = "",
                       .normalize = Normalize::kStandard,
                       .subset_train = 256};
    assignment.model.type = "cae";
    assignment.model.variant = "conv3";
    assignment.params = {{"lr", 0.001},
                         {"optimizer", std::string("adam")},
                         {"batch_size", int64_t{64}},
                         {"epochs", epochs}};
  }
  return assignment;
}

class TrainerContractTest : public ::testing::Test {
 protected:
  void SetUp() override {
    command_.argv = words_of(environment("FOLDMILL_TRAINER"));
    ASSERT_FALSE(command_.argv.empty()) << "FOLDMILL_TRAINER names no trainer";
    auto started = TrainerProcess::start(
        io_, command_,
        {[this](const std::string& line) { take(line); }, [this] { FAIL() << "line too long"; },
         [this](const ChildExit& exit) { exit_ = exit; },
         [this](const std::string& text) { warnings_.emplace_back(text); }});
    if (!started.ok()) GTEST_SKIP() << started.status().message();
    trainer_ = std::move(started).value();
    TrainerHello hello;
    hello.device = "cpu";
    hello.data_dirs = {"/usr/share/datasets"};
    hello.work_dir = directory_.path().string();
    hello.cache_dir = directory_.path().string();
    trainer_->send(hello_line(hello));
    ASSERT_TRUE(wait([this] { return has<TrainerReady>(); })) << trainer_->last_output(20);
  }

  void take(const std::string& line) {
    auto message = parse_trainer_message(line);
    ASSERT_TRUE(message.ok()) << message.status().message();
    messages_.push_back(std::move(message).value());
  }

  template <class Condition>
  bool wait(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + 90s;
    while (!condition() && std::chrono::steady_clock::now() < end) io_.run_one_for(100ms);
    return condition();
  }

  template <class Message>
  std::vector<Message> all() const {
    std::vector<Message> found;
    for (const TrainerMessage& message : messages_)
      if (const auto* m = std::get_if<Message>(&message)) found.push_back(*m);
    return found;
  }
  template <class Message>
  bool has() const {
    return !all<Message>().empty();
  }
  bool is_over() const { return has<TrainerFinished>() || has<TrainerFailed>() || exit_; }

  Assignment assignment(int64_t attempt, int64_t epochs) const {
    return assignment_of_kind(environment("FOLDMILL_TRAINER_ASSIGNMENT"), attempt, epochs);
  }
  // Runs one attempt to its end; what was said of attempts before is forgotten.
  void train(const Assignment& wanted, const LocalFiles& files = {}) {
    messages_.clear();
    trainer_->send(assignment_line(wanted, files));
    ASSERT_TRUE(wait([this] { return is_over(); })) << trainer_->last_output(20);
    for (const auto& failed : all<TrainerFailed>()) {
      if (failed.cause == EndCause::kDataMissing) GTEST_SKIP() << failed.message;
      FAIL() << failed.message;
    }
  }
  double value_at(int64_t epoch) const {
    for (const TrainerEpoch& message : all<TrainerEpoch>())
      if (message.report.epoch == epoch) return message.report.metric("val_loss").value_or(-1);
    return -1;
  }

  test::TempDir directory_;
  asio::io_context io_;
  TrainerCommand command_;
  std::vector<TrainerMessage> messages_;
  std::vector<std::string> warnings_;
  std::optional<ChildExit> exit_;
  std::unique_ptr<TrainerProcess> trainer_;
};

TEST_F(TrainerContractTest, SaysWhoItIs) {
  EXPECT_EQ(all<TrainerReady>()[0].protocol, kTrainerProtocol);
  EXPECT_FALSE(all<TrainerReady>()[0].name.empty());
}

TEST_F(TrainerContractTest, ReportsEveryEpochOnceAndInOrder) {
  train(assignment(1, 3));
  if (IsSkipped()) return;
  ASSERT_EQ(all<TrainerStarted>().size(), 1U);
  ASSERT_TRUE(std::holds_alternative<TrainerStarted>(messages_.front()));
  const auto epochs = all<TrainerEpoch>();
  ASSERT_EQ(epochs.size(), 3U);
  for (size_t i = 0; i < epochs.size(); ++i) {
    EXPECT_EQ(epochs[i].report.epoch, static_cast<int64_t>(i + 1));
    EXPECT_TRUE(epochs[i].report.metric("val_loss"));
  }
  ASSERT_TRUE(std::holds_alternative<TrainerFinished>(messages_.back()));
  EXPECT_FALSE(all<TrainerFinished>()[0].stopped);
}

TEST_F(TrainerContractTest, CheckpointsFollowTheirEpochAndExist) {
  train(assignment(1, 2));
  if (IsSkipped()) return;
  ASSERT_TRUE(has<TrainerCheckpoint>());
  int64_t reported = 0;
  for (const TrainerMessage& message : messages_) {
    if (const auto* epoch = std::get_if<TrainerEpoch>(&message)) reported = epoch->report.epoch;
    if (const auto* checkpoint = std::get_if<TrainerCheckpoint>(&message)) {
      EXPECT_EQ(checkpoint->epoch, reported);
      EXPECT_TRUE(std::filesystem::exists(checkpoint->path)) << checkpoint->path;
    }
  }
}

// Where a directory lies in the way not even root can write a file.
TEST_F(TrainerContractTest, ACheckpointThatCannotBeWrittenIsLeftOut) {
  for (const char* name : {"attempt-1/epoch-1.ckpt", "attempt-1/epoch-2.ckpt"})
    std::filesystem::create_directories(directory_ / name);
  train(assignment(1, 4));
  if (IsSkipped()) return;
  EXPECT_EQ(all<TrainerEpoch>().size(), 4U);
  ASSERT_EQ(all<TrainerCheckpoint>().size(), 2U);
  EXPECT_EQ(all<TrainerCheckpoint>()[0].epoch, 3);
  ASSERT_TRUE(wait([this] { return !warnings_.empty(); }));
  EXPECT_EQ(warnings_.size(), 1U) << "once for both";
  EXPECT_TRUE(warnings_[0].starts_with("no checkpoint of epoch 1")) << warnings_[0];
}

// Only asked of trainers that know their files.
TEST_F(TrainerContractTest, AModelThatCannotBeWrittenIsTheMachinesFault) {
  if (environment("FOLDMILL_TRAINER_ASSIGNMENT").empty()) GTEST_SKIP() << "writes none of its own";
  for (const char* name : {"attempt-1/state_dict.pt", "attempt-1/artifact-1"})
    std::filesystem::create_directories(directory_ / name);
  trainer_->send(assignment_line(assignment(1, 1), {}));
  ASSERT_TRUE(wait([this] { return is_over(); })) << trainer_->last_output(20);
  ASSERT_TRUE(has<TrainerFailed>());
  const TrainerFailed failed = all<TrainerFailed>()[0];
  if (failed.cause == EndCause::kDataMissing) GTEST_SKIP() << failed.message;
  EXPECT_EQ(failed.cause, EndCause::kInternal) << failed.message;
}

TEST_F(TrainerContractTest, AResumedAttemptGoesOnWhereTheCheckpointEnded) {
  train(assignment(1, 4));
  if (IsSkipped()) return;
  const double uninterrupted = value_at(4);
  Assignment half = assignment(2, 4);  // the same parameters, cut short
  half.epochs = 2;
  train(half);
  const TrainerCheckpoint checkpoint = all<TrainerCheckpoint>().back();
  ASSERT_EQ(checkpoint.epoch, 2);
  Assignment rest = assignment(3, 4);
  rest.resume_from = Checkpoint{checkpoint.epoch, {}};
  train(rest, {.checkpoint = checkpoint.path});
  ASSERT_EQ(all<TrainerEpoch>().size(), 2U);
  EXPECT_EQ(all<TrainerEpoch>()[0].report.epoch, 3);
  EXPECT_NEAR(value_at(4), uninterrupted, 1e-6 * std::abs(uninterrupted) + 1e-12);
}

TEST_F(TrainerContractTest, TakesEveryFormOfTheKeys) {
  Assignment wanted = assignment(1, 1);
  wanted.data.normalize = Normalize::kGiven;
  wanted.data.mean = 0.286;
  wanted.data.stddev = 0.353;
  wanted.model.target = Target::kUnit;
  wanted.objective.take = Take::kBestEpoch;
  train(wanted);
  if (IsSkipped()) return;
  EXPECT_EQ(all<TrainerEpoch>().size(), 1U);
}

// Only asked of trainers whose models foldmill knows.
TEST_F(TrainerContractTest, JudgesAModelOnTheTestImages) {
  const Assignment trained = assignment(1, 2);
  if (trained.model.type == "command") GTEST_SKIP() << "its models are its own";
  train(trained);
  if (IsSkipped()) return;
  const double validated = value_at(2);
  LocalFiles files;
  for (const TrainerArtifact& artifact : all<TrainerArtifact>())
    if (artifact.name == "model.safetensors") files.evaluate = artifact.path;
  ASSERT_FALSE(files.evaluate.empty());
  Assignment test = assignment(2, 1);
  test.evaluate = ArtifactRef{"", 0};
  test.objective.metric = "test_loss";
  train(test, files);
  ASSERT_EQ(all<TrainerEpoch>().size(), 1U);
  const auto tested = all<TrainerEpoch>()[0].report.metric("test_loss");
  ASSERT_TRUE(tested);
  EXPECT_NEAR(*tested, validated, 0.2 * validated) << "other images of the same kind";
  EXPECT_FALSE(has<TrainerCheckpoint>());
  ASSERT_EQ(all<TrainerArtifact>().size(), 1U);
  EXPECT_EQ(all<TrainerArtifact>()[0].name, "meta.json");
}

TEST_F(TrainerContractTest, StopsWhenToldAndTakesTheNext) {
  constexpr int64_t kNeverReached = 1'000'000;
  trainer_->send(assignment_line(assignment(1, kNeverReached), {}));
  ASSERT_TRUE(wait([this] { return has<TrainerEpoch>() || is_over(); }));
  for (const auto& failed : all<TrainerFailed>()) GTEST_SKIP() << failed.message;
  trainer_->send(stop_line(AttemptId(1), EndCause::kPruned));
  ASSERT_TRUE(wait([this] { return is_over(); }));
  ASSERT_TRUE(has<TrainerFinished>());
  EXPECT_TRUE(all<TrainerFinished>()[0].stopped);
  train(assignment(2, 1));
  EXPECT_FALSE(all<TrainerFinished>()[0].stopped);
}

TEST_F(TrainerContractTest, IgnoresAStopForAnAttemptThatHasEnded) {
  train(assignment(1, 1));
  if (IsSkipped()) return;
  trainer_->send(stop_line(AttemptId(1), EndCause::kPruned));
  train(assignment(2, 1));
  EXPECT_FALSE(all<TrainerFinished>()[0].stopped);
}

TEST_F(TrainerContractTest, PreemptedAttemptLeavesACheckpointOfItsLastEpoch) {
  constexpr int64_t kNeverReached = 1'000'000;
  Assignment endless = assignment(1, kNeverReached);
  endless.checkpoint_every_epochs = kNeverReached;
  trainer_->send(assignment_line(endless, {}));
  ASSERT_TRUE(wait([this] { return has<TrainerEpoch>() || is_over(); }));
  for (const auto& failed : all<TrainerFailed>()) GTEST_SKIP() << failed.message;
  trainer_->send(stop_line(AttemptId(1), EndCause::kPreempted));
  ASSERT_TRUE(wait([this] { return is_over(); }));
  ASSERT_TRUE(has<TrainerCheckpoint>());
  EXPECT_EQ(all<TrainerCheckpoint>().back().epoch, all<TrainerEpoch>().back().report.epoch);
}

TEST_F(TrainerContractTest, LeavesOnShutdown) {
  trainer_->send(shutdown_line());
  ASSERT_TRUE(wait([this] { return exit_.has_value(); }));
  EXPECT_FALSE(exit_->signal);
  EXPECT_EQ(exit_->code, 0);
}

}  // namespace
}  // namespace foldmill::worker
