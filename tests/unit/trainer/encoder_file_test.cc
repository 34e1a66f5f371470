#include "worker/trainer/models/encoder_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/text.h"
#include "tests/unit/trainer/fixture.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/attempt_runner.h"
#include "worker/trainer/export/safetensors.h"

namespace foldmill::trainer {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Trains on the stripes; a classifier takes the encoder that another attempt left.
class EncoderFileTest : public ::testing::Test {
 protected:
  EncoderFileTest() {
    torch::set_num_threads(1);
    write_stripes(data_.path());
  }

  AttemptOutcome run(const TrainerAssignment& task) {
    const StopToken never;
    RecordingSink sink;
    return AttemptRunner(torch::kCPU, {}, work_.path(), {}).run(task, never, sink);
  }
  // The model file of an attempt at this network, trained for an epoch.
  std::filesystem::path train(TrainerAssignment task) {
    task.assignment.attempt = AttemptId(++attempts_);
    task.assignment.epochs = 1;
    const AttemptOutcome outcome = run(task);
    EXPECT_EQ(outcome.state, AttemptState::kSucceeded) << outcome.message;
    return work_.path() / concat("attempt-", attempts_) / "model.safetensors";
  }

  TrainerAssignment task(const std::string& type, const std::string& variant) const {
    TrainerAssignment made = stripes_assignment(data_.path(), 1);
    made.assignment.model.type = type;
    made.assignment.model.variant = variant;
    made.assignment.model.classes = 3;
    return made;
  }
  // Says conv3 and other widths, which are not the encoder's.
  TrainerAssignment classifier_of(const std::filesystem::path& encoder, bool freeze) const {
    TrainerAssignment made = task("classifier", "conv3");
    made.assignment.model.encoder = EncoderSource{};
    made.assignment.model.encoder->file = encoder.string();
    made.assignment.model.encoder->freeze = freeze;
    return made;
  }

  void expect_refusal(const TrainerAssignment& task, EndCause cause, const char* message) {
    const AttemptOutcome outcome = run(task);
    EXPECT_EQ(outcome.state, AttemptState::kFailed);
    EXPECT_EQ(outcome.cause, cause) << outcome.message;
    EXPECT_THAT(outcome.message, HasSubstr(message));
  }

  TempDir data_;
  TempDir work_;
  int64_t attempts_ = 0;
};

// Whether two model files have the same bytes for every tensor of the encoder.
bool same_encoders(const std::filesystem::path& a, const std::filesystem::path& b) {
  const SafetensorsFile first = read_safetensors(a);
  const SafetensorsFile second = read_safetensors(b);
  int compared = 0;
  for (const StoredTensor& tensor : first.tensors) {
    if (!tensor.name.starts_with("encoder.")) continue;
    const StoredTensor* other = second.find(tensor.name);
    if (other == nullptr || other->shape != tensor.shape || other->bytes != tensor.bytes)
      return false;
    ++compared;
  }
  return compared == 10;
}

TEST_F(EncoderFileTest, AClassifierTakesItFrozenOrTrainsIt) {
  TrainerAssignment scaled = task("dae", "scaled");
  scaled.assignment.params.set("n_channels", int64_t{3});
  scaled.assignment.params.set("latent_dim", int64_t{5});
  const auto encoder = train(scaled);
  const auto frozen = train(classifier_of(encoder, true));
  EXPECT_TRUE(same_encoders(encoder, frozen));
  EXPECT_FALSE(same_encoders(encoder, train(classifier_of(encoder, false))));
  // What a classifier leaves is an encoder again.
  EXPECT_TRUE(same_encoders(encoder, train(classifier_of(frozen, true))));
}

TEST_F(EncoderFileTest, OfAVariationalAutoencoderTheMeanIsTheCode) {
  const auto file = train(task("vae", "conv4"));
  const EncoderFile encoder(file);
  EXPECT_EQ(encoder.latent_dim(), 2);
  StackImpl stack(encoder.chain());
  encoder.copy_into(stack);
  const SafetensorsFile stored = read_safetensors(file);
  const StoredTensor* mean = stored.find("mu.0.weight");
  ASSERT_NE(mean, nullptr);
  const torch::Tensor& last = stack.weight(encoder.chain().size() - 1);
  EXPECT_EQ(mean->bytes, std::string(static_cast<const char*>(last.data_ptr()), last.nbytes()));
}

TEST_F(EncoderFileTest, RefusesWhatIsNoEncoder) {
  const auto path = work_.path() / "encoder";
  const TrainerAssignment user = classifier_of(path, true);
  expect_refusal(user, EndCause::kDataMissing, "cannot be read");
  write_file(path, "pickle");
  expect_refusal(user, EndCause::kDataMissing, "no safetensors file");
  write_safetensors(path, {});
  expect_refusal(user, EndCause::kUserError, "does not say what network it holds");
  write_safetensors(path, {{{"foldmill", "{}"}}, {}});
  expect_refusal(user, EndCause::kUserError, "does not describe its network");

  SafetensorsFile incomplete = read_safetensors(train(task("cae", "conv3")));
  std::erase_if(incomplete.tensors,
                [](const StoredTensor& tensor) { return tensor.name == "encoder.2.bias"; });
  write_safetensors(path, incomplete);
  expect_refusal(user, EndCause::kUserError, "encoder.2.bias");
}

TEST_F(EncoderFileTest, RefusesImagesThatItWasNotTrainedOn) {
  TrainerAssignment user = classifier_of(train(task("cae", "conv3")), true);
  user.assignment.data.normalize = Normalize::kUnit;
  expect_refusal(user, EndCause::kUserError, "normalised by");
  const TempDir smaller;
  write_file(smaller.path() / "train-images-idx3-ubyte",
             idx_bytes({60, 20, 20}, std::string(60 * 20 * 20, 'x')));
  write_file(smaller.path() / "train-labels-idx1-ubyte",
             read_file(data_.path() / "train-labels-idx1-ubyte"));
  user.assignment.data.path = smaller.path().string();
  expect_refusal(user, EndCause::kUserError, "1x28x28, these are 1x20x20");
}

}  // namespace
}  // namespace foldmill::trainer
