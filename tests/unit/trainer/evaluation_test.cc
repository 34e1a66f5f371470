#include "worker/trainer/evaluation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_runner.h"
#include "worker/trainer/data/open_fold.h"

namespace foldmill::trainer {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// Trains on the stripes and judges what that left on images that the test chooses.
class EvaluationTest : public ::testing::Test {
 protected:
  EvaluationTest() {
    torch::set_num_threads(1);
    write_stripes(data_.path());
  }

  TrainerAssignment task(const std::string& type) {
    TrainerAssignment made = stripes_assignment(data_.path(), ++attempts_);
    Assignment& study = made.assignment;
    study.epochs = 2;
    study.model.type = type;
    study.model.variant = variants_of(type).front();
    study.model.classes = 3;
    study.objective.metric = metrics_of(type).front();
    if (type == "gan") study.params = {{"batch_size", int64_t{16}}};
    return made;
  }
  // The same, judging the model that `trained` left.
  TrainerAssignment test_of(TrainerAssignment trained, const RecordingSink& sink) {
    Assignment& study = trained.assignment;
    study.attempt = AttemptId(++attempts_);
    study.epochs = 1;
    study.objective.metric = test_metric(study.objective.metric);
    study.evaluate = ArtifactRef{"the model's digest", 0};
    trained.evaluate_file = sink.artifact("model.safetensors");
    return trained;
  }
  AttemptOutcome run(const TrainerAssignment& assignment, RecordingSink& sink) {
    return AttemptRunner(torch::kCPU, {}, work_.path(), {}).run(assignment, stop_, sink);
  }
  RecordingSink succeed(const TrainerAssignment& assignment) {
    RecordingSink sink;
    const AttemptOutcome outcome = run(assignment, sink);
    EXPECT_EQ(outcome.state, AttemptState::kSucceeded) << outcome.message;
    return sink;
  }
  void expect_failure(const TrainerAssignment& assignment, EndCause cause, const char* message) {
    RecordingSink sink;
    const AttemptOutcome outcome = run(assignment, sink);
    EXPECT_EQ(outcome.cause, cause) << outcome.message;
    EXPECT_THAT(outcome.message, HasSubstr(message));
    EXPECT_TRUE(sink.epochs.empty());
  }

  // Makes these of the training images the official test images.
  void make_test_images(const torch::Tensor& positions) {
    const std::string pixels = read_file(data_ / "train-images-idx3-ubyte").substr(16);
    const std::string labels = read_file(data_ / "train-labels-idx1-ubyte").substr(8);
    std::string chosen_pixels;
    std::string chosen_labels;
    for (int64_t i = 0; i < positions.size(0); ++i) {
      const auto position = static_cast<size_t>(positions[i].item<int64_t>());
      chosen_pixels += pixels.substr(position * 28 * 28, 28 * 28);
      chosen_labels += labels[position];
    }
    const auto count = static_cast<uint32_t>(positions.size(0));
    write_file(data_ / "t10k-images-idx3-ubyte", idx_bytes({count, 28, 28}, chosen_pixels));
    write_file(data_ / "t10k-labels-idx1-ubyte", idx_bytes({count}, chosen_labels));
  }
  void make_validation_images_the_test(const Assignment& assignment) {
    DatasetCache datasets({}, torch::kCPU);
    make_test_images(open_fold(datasets, assignment).validation_order());
  }

  TempDir data_;
  TempDir work_;
  int64_t attempts_ = 0;
  StopToken stop_;
};

TEST_F(EvaluationTest, FindsAgainWhatValidationFound) {
  for (const std::string type : {"cae", "vae", "classifier", "gan"}) {
    SCOPED_TRACE(type);
    const TrainerAssignment trained = task(type);
    const RecordingSink training = succeed(trained);
    make_validation_images_the_test(trained.assignment);
    const RecordingSink test = succeed(test_of(trained, training));
    EXPECT_EQ(test.starts, 1);
    ASSERT_EQ(test.epochs.size(), 1u);
    EXPECT_EQ(test.epochs[0].epoch, 1);
    EXPECT_TRUE(test.checkpoints.empty());
    const std::vector<std::string> metrics = metrics_of(type, JudgedOn::kTest);
    EXPECT_EQ(test.epochs[0].metrics.size(), metrics.size());
    for (const auto& [name, value] : training.epochs.back().metrics) {
      const auto tested = test.epochs[0].metric(test_metric(name));
      if (tested && !name.starts_with("train_")) {
        EXPECT_EQ(*tested, value) << name << ", to the bit";
      }
    }
    for (const std::string& metric : metrics) EXPECT_TRUE(test.epochs[0].metric(metric)) << metric;
  }
}

// Its noise belongs to the place of an image in its data set, which is another one here.
TEST_F(EvaluationTest, ADenoisingAutoencoderIsJudgedOnNoisyImages) {
  const TrainerAssignment trained = task("dae");
  const RecordingSink training = succeed(trained);
  make_validation_images_the_test(trained.assignment);
  const RecordingSink test = succeed(test_of(trained, training));
  const double validated = *training.epochs.back().metric("val_loss");
  EXPECT_NEAR(*test.epochs[0].metric("test_loss"), validated, 0.1 * validated);
}

TEST_F(EvaluationTest, LeavesTheNumbersAndTheConfusionButNoModel) {
  const TrainerAssignment trained = task("classifier");
  const RecordingSink training = succeed(trained);
  make_validation_images_the_test(trained.assignment);
  const RecordingSink test = succeed(test_of(trained, training));
  ASSERT_EQ(test.artifacts.size(), 1u);
  const Json of_training = Json::parse(read_file(training.artifact("meta.json")));
  const Json meta = Json::parse(read_file(test.artifact("meta.json")));
  EXPECT_EQ(meta["confusion"], of_training["confusion"]);
  EXPECT_EQ(meta["metrics"]["test_accuracy"], of_training["metrics"]["val_accuracy"]);
  EXPECT_EQ(meta["data"]["test_images"], 20);
  EXPECT_EQ(meta["data"]["mean"], of_training["data"]["mean"]) << "as it was trained";
  EXPECT_EQ(meta["evaluated"], "the model's digest");
}

TEST_F(EvaluationTest, OfAnOuterFoldItsOwnImagesAreTheTest) {
  TrainerAssignment trained = task("cae");
  trained.assignment.folds.outer = OuterFold{4, 1};
  const RecordingSink training = succeed(trained);
  const TrainerAssignment nested = test_of(trained, training);
  const RecordingSink by_outer = succeed(nested);
  EXPECT_THAT(read_file(by_outer.artifact("meta.json")), HasSubstr("\"outer_fold\""));
  DatasetCache datasets({}, torch::kCPU);
  const FoldView outer = open_test_fold(datasets, nested.assignment, {});
  EXPECT_EQ(outer.validation_size(), 15);
  make_test_images(outer.validation_order());
  TrainerAssignment official = test_of(trained, training);
  official.assignment.folds.outer.reset();
  EXPECT_EQ(succeed(official).epochs[0].metrics, by_outer.epochs[0].metrics);
}

TEST_F(EvaluationTest, AClassifierOnAGivenEncoderNeedsItNoMore) {
  TrainerAssignment scaled = task("cae");
  scaled.assignment.model.variant = "scaled";
  const auto encoder = succeed(scaled).artifact("model.safetensors");
  TrainerAssignment trained = task("classifier");  // of conv3, in its own words
  trained.assignment.model.encoder.emplace();
  trained.assignment.model.encoder->file = encoder.string();
  const RecordingSink training = succeed(trained);
  make_validation_images_the_test(trained.assignment);
  TrainerAssignment test = test_of(trained, training);
  std::filesystem::remove(encoder);
  test.assignment.model.encoder->file.clear();
  EXPECT_EQ(*succeed(test).epochs[0].metric("test_loss"),
            *training.epochs.back().metric("val_loss"));
}

TEST_F(EvaluationTest, StopsWhenItIsTold) {
  const TrainerAssignment trained = task("cae");
  const TrainerAssignment test = test_of(trained, succeed(trained));
  make_validation_images_the_test(trained.assignment);
  stop_.request(StopCause::kCancelled);
  RecordingSink sink;
  EXPECT_EQ(run(test, sink).state, AttemptState::kStopped);
  EXPECT_TRUE(sink.epochs.empty());
}

TEST_F(EvaluationTest, SaysWhatCannotBeJudged) {
  const TrainerAssignment trained = task("cae");
  TrainerAssignment test = test_of(trained, succeed(trained));
  expect_failure(test, EndCause::kDataMissing, "the test images of data set idx were not found");
  make_validation_images_the_test(trained.assignment);
  test.assignment.params.set("filters_1", int64_t{5});
  expect_failure(test, EndCause::kUserError, "do not fit the layers");
  test.assignment.model.type = "vae";
  expect_failure(test, EndCause::kUserError, "is a cae, the study's model is a vae");
  test.assignment.objective.metric = "val_loss";
  expect_failure(test, EndCause::kUserError, "reports no metric 'val_loss'");
  test = test_of(trained, RecordingSink());
  test.evaluate_file = work_ / "gone";
  expect_failure(test, EndCause::kDataMissing, "cannot be read");
  test.assignment.data.dataset = "npy";
  test.evaluate_file = work_ / "attempt-1" / "model.safetensors";
  expect_failure(test, EndCause::kUserError, "no official test images");
}

}  // namespace
}  // namespace foldmill::trainer
