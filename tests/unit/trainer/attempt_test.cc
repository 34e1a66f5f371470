#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/text.h"
#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_runner.h"

namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;

// Torch allows this once per process and before it works in parallel, as the trainer does at hello:
// here the sessions of other tests may come after the attempts of these.
class OneInteropThread : public ::testing::Environment {
  void SetUp() override { torch::set_num_interop_threads(1); }
};
const auto* const kEnvironment = ::testing::AddGlobalTestEnvironment(new OneInteropThread);

void expect_same_losses(const EpochReport& a, const EpochReport& b) {
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.metrics, b.metrics) << "to the bit";
}

class AttemptTest : public ::testing::Test {
 protected:
  AttemptTest() {
    torch::set_num_threads(1);
    write_stripes(data_.path());
  }

  TrainerAssignment assignment(int64_t attempt = 1) const {
    return stripes_assignment(data_.path(), attempt);
  }
  AttemptOutcome run(const TrainerAssignment& task) { return run(task, sink_, stop_); }
  AttemptOutcome run(const TrainerAssignment& task, RecordingSink& sink, StopToken& stop) {
    return AttemptRunner(torch::kCPU, {}, work_.path(), {}).run(task, stop, sink);
  }
  void expect_failure(const TrainerAssignment& task, EndCause cause, const char* message) {
    const AttemptOutcome outcome = run(task);
    EXPECT_EQ(outcome.state, AttemptState::kFailed);
    EXPECT_EQ(outcome.cause, cause) << outcome.message;
    EXPECT_THAT(outcome.message, HasSubstr(message));
  }

  // Trains `task` in one go, and again stopped after epoch 2, where no checkpoint is due:
  // preemption writes one.
  void expect_resumes_to_the_same_bits(TrainerAssignment task) {
    task.assignment.attempt = next_attempt();
    task.assignment.checkpoint_every_epochs = 3;
    RecordingSink whole;
    StopToken never;
    const AttemptOutcome undisturbed = run(task, whole, never);
    ASSERT_EQ(undisturbed.state, AttemptState::kSucceeded) << undisturbed.message;

    task.assignment.attempt = next_attempt();
    RecordingSink first;
    StopToken stop;
    first.on_epoch = [&](int64_t epoch) {
      if (epoch == 2) stop.request(StopCause::kPreempted);
    };
    ASSERT_EQ(run(task, first, stop).state, AttemptState::kStopped);
    ASSERT_EQ(first.checkpoints.size(), 1u);
    EXPECT_EQ(first.checkpoints[0].first, 2);
    EXPECT_TRUE(first.artifacts.empty());

    task.assignment.attempt = next_attempt();
    task.resume = {first.checkpoints[0].second, 2};
    RecordingSink second;
    const AttemptOutcome outcome = run(task, second, never);
    ASSERT_EQ(outcome.state, AttemptState::kSucceeded) << outcome.message;
    ASSERT_EQ(second.epochs.size(), 2u);
    expect_same_losses(first.epochs[0], whole.epochs[0]);
    expect_same_losses(second.epochs[0], whole.epochs[2]);
    expect_same_losses(second.epochs[1], whole.epochs[3]);
    EXPECT_EQ(read_file(second.artifact("state_dict.pt")),
              read_file(whole.artifact("state_dict.pt")));
  }

  AttemptId next_attempt() { return AttemptId(++attempts_); }

  TempDir data_;
  TempDir work_;
  int64_t attempts_ = 100;
  RecordingSink sink_;
  StopToken stop_;
};

TEST_F(AttemptTest, LearnsAndTellsItInOrder) {
  TrainerAssignment task = assignment();
  task.assignment.epochs = 40;
  task.assignment.params.set("lr", 0.005);
  task.assignment.params.set("filters_2", int64_t{8});
  task.assignment.params.set("filters_3", int64_t{16});
  task.assignment.params.set("fc", int64_t{32});
  ASSERT_EQ(run(task).state, AttemptState::kSucceeded);
  EXPECT_EQ(sink_.starts, 1);
  ASSERT_EQ(sink_.epochs.size(), 40u);
  for (size_t i = 0; i < sink_.epochs.size(); ++i)
    EXPECT_EQ(sink_.epochs[i].epoch, static_cast<int64_t>(i) + 1);
  const double first = *sink_.epochs.front().metric("val_loss");
  const double last = *sink_.epochs.back().metric("val_loss");
  EXPECT_LT(last, 0.9 * first);
  // Stripes of 5 and 250 have a standard deviation of about 0.48 on the unit scale.
  EXPECT_NEAR(*sink_.epochs.back().metric("val_mse_unit"), last * 0.48 * 0.48, last * 0.01);
  EXPECT_TRUE(std::filesystem::exists(sink_.artifact("state_dict.pt")));
  ASSERT_EQ(sink_.checkpoints.size(), 40u);
  for (size_t i = 0; i < 40; ++i)
    EXPECT_EQ(std::filesystem::exists(sink_.checkpoints[i].second), i >= 38) << "keeps two";
}

TEST_F(AttemptTest, EveryOptimizerResumesToTheSameBits) {
  for (const char* optimizer : {"adam", "adamw", "adamax", "radam", "adagrad", "rmsprop", "sgd"}) {
    SCOPED_TRACE(optimizer);
    TrainerAssignment task = assignment();
    task.assignment.params.set("optimizer", std::string(optimizer));
    task.assignment.params.set("momentum", 0.9);
    task.assignment.params.set("lr_schedule", std::string("one_cycle"));
    task.assignment.params.set("grad_clip", 1.0);
    expect_resumes_to_the_same_bits(task);
  }
}

TEST_F(AttemptTest, EveryNetworkResumesToTheSameBits) {
  struct Case {
    const char* type;
    const char* metric;
    ParameterSet params;
  };
  const std::vector<Case> cases = {
      {"vae", "val_kl", {}},
      {"dae", "val_loss", {{"noise", std::string("mixture")}}},
      {"classifier", "val_accuracy", {{"n_hidden", int64_t{9}}, {"dropout", 0.4}}},
      {"gan", "frechet_distance", {}}};
  for (const Case& c : cases) {
    SCOPED_TRACE(c.type);
    TrainerAssignment task = assignment();
    Assignment& study = task.assignment;
    study.model.type = c.type;
    study.model.classes = 3;
    study.objective.metric = c.metric;
    if (study.model.type == "gan") {
      study.model.variant = "mlp";
      study.data.normalize = Normalize::kSymmetric;
      study.params = {{"batch_size", int64_t{16}}};
    }
    for (const auto& [name, value] : c.params) study.params.set(name, value);
    expect_resumes_to_the_same_bits(task);
  }
}

TEST_F(AttemptTest, WithNothingHeldOutOnlyTrainingIsMeasured) {
  TrainerAssignment task = assignment();
  Assignment& study = task.assignment;
  study.fold.fold = FoldIndex(0);
  study.folds.k = 1;
  study.folds.hold_out = false;
  study.objective.metric = "train_loss";
  expect_resumes_to_the_same_bits(task);
  study.objective.take = Take::kBestEpoch;
  expect_failure(task, EndCause::kUserError, "`take: best_epoch` cannot be");
  study.objective.take = Take::kLast;
  study.epochs = 1;
  for (const std::string type : {"cae", "vae", "dae", "classifier", "gan"}) {
    SCOPED_TRACE(type);
    study.model.type = type;
    study.model.variant = variants_of(type).front();
    study.model.classes = 3;
    if (type == "gan") study.params = {{"batch_size", int64_t{60}}};
    const std::vector<std::string> metrics = metrics_of(type, JudgedOn::kNothing);
    study.objective.metric = metrics.front();
    RecordingSink sink;
    const AttemptOutcome outcome = run(task, sink, stop_);
    ASSERT_EQ(outcome.state, AttemptState::kSucceeded) << outcome.message;
    std::vector<std::string> names;
    for (const auto& [name, value] : sink.epochs.back().metrics) names.push_back(name);
    EXPECT_THAT(names, testing::UnorderedElementsAreArray(metrics));
    EXPECT_THAT(read_file(sink.artifact("meta.json")), HasSubstr("\"validation_images\": 0"));
  }
}

TEST_F(AttemptTest, GroupsAreReadFromAFile) {
  TrainerAssignment task = assignment();
  task.assignment.epochs = 1;
  task.assignment.folds.groups = (data_.path() / "groups.txt").string();
  expect_failure(task, EndCause::kDataMissing, "groups.txt was not found");
  std::string lines;
  for (int image = 0; image < 60; ++image) lines += "series " + std::to_string(image / 15) + "\n";
  write_file(data_.path() / "groups.txt", lines);
  task.assignment.folds.leave_one_group_out = true;
  expect_failure(task, EndCause::kUserError, "folds.k is 3 and the data has 4 groups");
  task.assignment.folds.k = 4;
  const AttemptOutcome outcome = run(task);
  ASSERT_EQ(outcome.state, AttemptState::kSucceeded) << outcome.message;
  EXPECT_THAT(read_file(sink_.artifact("meta.json")), HasSubstr("\"validation_images\": 15"));
}

TEST_F(AttemptTest, StopsAtTheNextBatch) {
  TrainerAssignment task = assignment();
  task.assignment.epochs = 1000000;
  sink_.on_epoch = [&](int64_t) { stop_.request(StopCause::kPruned); };
  EXPECT_EQ(run(task).state, AttemptState::kStopped);
  EXPECT_EQ(sink_.epochs.size(), 1u);
  EXPECT_TRUE(sink_.artifacts.empty());
}

TEST_F(AttemptTest, ACompleteCheckpointOnlyLeavesTheArtifact) {
  ASSERT_EQ(run(assignment()).state, AttemptState::kSucceeded);
  TrainerAssignment task = assignment(2);
  task.resume = {sink_.checkpoints.back().second, 4};
  RecordingSink sink;
  EXPECT_EQ(run(task, sink, stop_).state, AttemptState::kSucceeded);
  EXPECT_TRUE(sink.epochs.empty());
  EXPECT_EQ(read_file(sink.artifact("state_dict.pt")), read_file(sink_.artifact("state_dict.pt")));
}

TEST_F(AttemptTest, RefusesDamagedOrForeignCheckpoints) {
  ASSERT_EQ(run(assignment()).state, AttemptState::kSucceeded);
  const std::string good = read_file(sink_.checkpoints.back().second);
  const auto path = data_.path() / "checkpoint";
  TrainerAssignment task = assignment(2);
  task.resume = {path, 4};
  expect_failure(task, EndCause::kDataMissing, "cannot be opened");
  write_file(path, good.substr(0, good.size() / 2));
  expect_failure(task, EndCause::kDataMissing, "SHA-256");
  std::string flipped = good;
  flipped[good.size() / 2] = static_cast<char>(flipped[good.size() / 2] ^ 1);
  write_file(path, flipped);
  expect_failure(task, EndCause::kDataMissing, "SHA-256");
  write_file(path, good.substr(0, 10));
  expect_failure(task, EndCause::kDataMissing, "torn");
  write_file(path, good);
  task.resume->epoch = 3;
  expect_failure(task, EndCause::kInternal, "is of epoch 4");
  task.resume->epoch = 4;
  task.assignment.fold.trial = TrialNumber(4);
  expect_failure(task, EndCause::kInternal, "another training");
}

// The best epoch's weights leave, also when that epoch was trained by the attempt before.
TEST_F(AttemptTest, TakesTheBestEpochsWeights) {
  TrainerAssignment task = assignment();
  task.assignment.objective.take = Take::kBestEpoch;
  task.assignment.params.set("optimizer", std::string("sgd"));
  task.assignment.params.set("lr", 0.2);
  // Upwards, the first epoch is the best of a loss that goes down.
  task.assignment.objective.direction = Direction::kMaximize;
  ASSERT_EQ(run(task).state, AttemptState::kSucceeded);
  ASSERT_GT(*sink_.epochs[0].metric("val_loss"), *sink_.epochs[3].metric("val_loss"));
  TrainerAssignment one_epoch = task;
  one_epoch.assignment.attempt = AttemptId(2);
  one_epoch.assignment.epochs = 1;
  RecordingSink first;
  ASSERT_EQ(run(one_epoch, first, stop_).state, AttemptState::kSucceeded);
  EXPECT_EQ(read_file(sink_.artifact("state_dict.pt")), read_file(first.artifact("state_dict.pt")));

  task.assignment.attempt = AttemptId(3);
  task.resume = {sink_.checkpoints.back().second, 4};
  RecordingSink resumed;
  ASSERT_EQ(run(task, resumed, stop_).state, AttemptState::kSucceeded);
  EXPECT_EQ(read_file(resumed.artifact("state_dict.pt")),
            read_file(first.artifact("state_dict.pt")));
}

TEST_F(AttemptTest, SaysAtWhichStepItDiverged) {
  TrainerAssignment task = assignment();
  task.assignment.params.set("optimizer", std::string("sgd"));
  task.assignment.params.set("lr", 100.0);
  task.assignment.params.set("batch_size", int64_t{2});
  expect_failure(task, EndCause::kDiverged, "train_loss is not finite at step");
  EXPECT_TRUE(sink_.epochs.empty());
}

// torch's own cross-entropy throws at an output that is NaN, as if something were broken.
TEST_F(AttemptTest, ANetworkWhoseOutputIsNaNHasDiverged) {
  TrainerAssignment task = assignment();
  task.assignment.epochs = 20;
  task.assignment.model.target = Target::kUnit;
  task.assignment.params.set("optimizer", std::string("sgd"));
  task.assignment.params.set("lr", 100.0);
  task.assignment.params.set("weight_decay", 10.0);
  task.assignment.params.set("output_activation", std::string("sigmoid"));
  task.assignment.params.set("loss", std::string("bce"));
  expect_failure(task, EndCause::kDiverged, "train_loss");
  Assignment& gan = task.assignment;
  gan.model = {};
  gan.model.type = "gan";
  gan.model.variant = "mlp";
  gan.data.normalize = Normalize::kSymmetric;
  gan.objective.metric = "frechet_distance";
  for (const int64_t batch : {8, 64}) {  // 64: one step an epoch, so validation sees it first
    gan.params = {{"optimizer", std::string("adamw")},
                  {"weight_decay", 10.0},
                  {"lr_generator", 100.0},
                  {"lr_discriminator", 100.0},
                  {"batch_size", batch}};
    expect_failure(task, EndCause::kDiverged, "");
  }
}

TEST_F(AttemptTest, RefusesWhatItCannotTrain) {
  TrainerAssignment task = assignment();
  task.assignment.params.set("filters_2", int64_t{0});
  expect_failure(task, EndCause::kUserError, "filters_2 is 0");
  task = assignment();
  task.assignment.params.set("optimizer", std::string("lion"));
  expect_failure(task, EndCause::kUserError, "lion");
  task = assignment();
  task.assignment.model.variant = "conv9";
  expect_failure(task, EndCause::kUserError, "conv9");
  task = assignment();
  task.assignment.model.type = "transformer";
  expect_failure(task, EndCause::kUserError, "'transformer'");
  task = assignment();
  task.assignment.params.set("loss", std::string("bce"));
  expect_failure(task, EndCause::kUserError, "output_activation: sigmoid");
  task.assignment.params.set("output_activation", std::string("sigmoid"));
  expect_failure(task, EndCause::kUserError, "target: unit");
  task = assignment();
  task.assignment.model.type = "classifier";
  task.assignment.model.classes = 2;
  expect_failure(task, EndCause::kUserError, "set `classes: 3`");
  task = assignment();
  task.assignment.objective.metric = "accuracy";
  expect_failure(task, EndCause::kUserError, "'accuracy'");
  task = assignment();
  task.assignment.data.subset_train = 61;
  expect_failure(task, EndCause::kUserError, "61");
  EXPECT_EQ(sink_.starts, 0);
}

TEST_F(AttemptTest, RefusesDataThatDoNotFit) {
  const auto labels = data_.path() / "train-labels-idx1-ubyte";
  write_file(labels, idx_bytes({59}, std::string(59, '\0')));
  expect_failure(assignment(), EndCause::kDataMissing, "do not belong together");
  std::filesystem::remove(labels);
  expect_failure(assignment(), EndCause::kUserError, "no labels");
  TrainerAssignment task = assignment();
  task.assignment.folds.stratified = false;
  write_file(data_.path() / "train-images-idx3-ubyte",
             idx_bytes({9, 8, 28}, std::string(9 * 8 * 28, 'x')));
  task.assignment.data.normalize = Normalize::kUnit;
  expect_failure(task, EndCause::kUserError, "x2x7");
  task.assignment.data.normalize = Normalize::kStandard;
  expect_failure(task, EndCause::kUserError, "every pixel");
  std::filesystem::remove(data_.path() / "train-images-idx3-ubyte");
  expect_failure(task, EndCause::kDataMissing, "was not found");
}

}  // namespace
}  // namespace foldmill::trainer
