#include "worker/trainer/training/recorded_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/trainer/fixture.h"
#include "tests/unit/trainer/step_tape.h"
#include "tests/unit/trainer/training_case.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/learners/make_learner.h"
#include "worker/trainer/models/cpu_layers.h"
#include "worker/trainer/training/repeated_steps.h"

// That training whose steps are recorded once and repeated is the training that it should be. What
// a CUDA graph would do is done by a tape (step_tape.h): on a GPU see cuda_graph_test.cc.
namespace foldmill::trainer {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Relative: means over a batch are sums of shares, and optimisers multiply by what the host would
// have folded into one number, so floats are rounded in other places. Seen on one machine: at most
// 3e-7, but 2e-6 in a variational autoencoder's divergence and 1e-6 in a generative pair's losses.
constexpr double kTolerance = 5e-6;

// Layers of dropout after the first draw other numbers for 8 images than for 16, of which 8 count:
// a generative pair is compared where all batches are full.
int64_t comparable_batch(const TrainingCase& what) { return what.type == "gan" ? 20 : 16; }

class RecordedTrainingTest : public ::testing::Test {
 protected:
  RecordedTrainingTest() { torch::set_num_threads(1); }

  TempDir work_;
};

TEST_F(RecordedTrainingTest, HasTheLossesOfStepsPutTogetherOneByOne) {
  for_each_case([&](const TrainingCase& what) {
    const Setting one_by_one{.directory = work_.path(), .batch = comparable_batch(what)};
    Setting recorded = one_by_one;
    recorded.recorder = std::make_shared<CalledSteps>();
    expect_close(train(what, one_by_one), train(what, recorded), kTolerance);
  });
}

// The whole of what is otherwise on a GPU alone, beside the whole of what is on a CPU alone, as
// close as is promised of a GPU.
TEST_F(RecordedTrainingTest, HasTheLossesOfTheCpuAsAGpuWouldMakeThem) {
  for_each_case([&](const TrainingCase& what) {
    const Setting one_by_one{.directory = work_.path(), .batch = comparable_batch(what)};
    Setting recorded = one_by_one;
    recorded.recorder = std::make_shared<CalledSteps>();
    const Trained expected = train(what, one_by_one);
    const WithoutCpuLayers as_on_a_gpu;
    expect_close(expected, train(what, recorded), 1e-4);
  });
}

TEST_F(RecordedTrainingTest, IsTheSameToTheBitWhenOneStepIsRepeatedForAllOthers) {
  for_each_case([&](const TrainingCase& what) {
    const WithoutCpuLayers as_on_a_gpu;
    const Setting called{.directory = work_.path(), .recorder = std::make_shared<CalledSteps>()};
    Setting taped = called;
    Tape tape;
    taped.recorder = std::make_shared<RepeatedSteps>(std::make_unique<TapeGraph>(tape));
    expect_equal(train(what, called), train(what, taped));
    EXPECT_TRUE(taped.recorder->is_repeating());
    EXPECT_GT(tape.size(), 50u);
    EXPECT_THAT(first_wait(tape), IsEmpty());
  });
}

TEST_F(RecordedTrainingTest, AsksForTheSameWorkAtEveryStep) {
  for_each_case([&](const TrainingCase& what) {
    const WithoutCpuLayers as_on_a_gpu;
    const auto steps = std::make_shared<TapedSteps>();
    train(what, {.directory = work_.path(), .recorder = steps, .epochs = 2});
    ASSERT_EQ(steps->tapes().size(), 6u);
    // The first one also makes the sums of the metrics.
    for (size_t i = 2; i < steps->tapes().size(); ++i)
      EXPECT_THAT(first_difference(steps->tapes()[1], steps->tapes()[i]), IsEmpty())
          << "step " << i;
  });
}

TEST_F(RecordedTrainingTest, GoesOnFromACheckpointToTheSameBits) {
  for_each_case([&](const TrainingCase& what) {
    const auto setting = [&] {
      return Setting{.directory = work_.path(), .recorder = std::make_shared<CalledSteps>()};
    };
    Setting half = setting();
    half.epochs = 2;
    const Trained first = train(what, half);
    const std::filesystem::path checkpoint = work_.path() / "kept";
    std::filesystem::copy_file(first.checkpoint, checkpoint,
                               std::filesystem::copy_options::overwrite_existing);
    Trained whole = train(what, setting());
    Setting rest = setting();
    rest.resume = checkpoint;
    const Trained second = train(what, rest);
    whole.epochs.erase(whole.epochs.begin(), whole.epochs.begin() + 2);
    expect_equal(whole, second);
  });
}

// Two steps on batches whose first 10 rows are the same and count, and whose others are not and do
// not.
TEST_F(RecordedTrainingTest, TakesNothingFromTheRowsThatFillABatch) {
  for_each_case([&](const TrainingCase& what) {
    const Setting setting{.directory = work_.path()};
    const Assignment task = assignment_of(what, setting);
    const FoldView fold = fold_of(task, setting);
    FeatureNetCache feature_nets;
    const auto after_two_steps = [&](int64_t filling) {
      const std::unique_ptr<Learner> learner = make_learner(task, fold, feature_nets);
      learner->read_step_from(torch::zeros({1}, torch::kInt64), 2);
      learner->begin_epoch(1);
      MetricSums sums;
      for (int step = 0; step < 2; ++step) {
        Batch batch = fold.images_at(
            torch::cat({torch::arange(10), torch::full({6}, filling, torch::kInt64)}));
        batch.shares = torch::cat({torch::full({10}, 0.1f), torch::zeros({6})});
        batch.count = torch::full({}, 10, torch::kFloat64);
        learner->train(batch, sums);
      }
      return std::pair(sums.means_over(20), learner->state());
    };
    const auto [metrics, state] = after_two_steps(3);
    const auto [other_metrics, other_state] = after_two_steps(50);
    EXPECT_EQ(metrics, other_metrics);
    for (size_t i = 0; i < state.size(); ++i)
      EXPECT_TRUE(torch::equal(state[i].second, other_state[i].second)) << state[i].first;
  });
}

class RecordingTest : public ::testing::Test {
 protected:
  TempDir work_;
};

TEST_F(RecordingTest, DivergesAtTheEndOfTheEpoch) {
  const TrainingCase what{"cae", "cae", {{"lr", 100.0}, {"optimizer", std::string("sgd")}}};
  try {
    train(what, {.directory = work_.path(), .recorder = std::make_shared<CalledSteps>()});
    FAIL() << "it did not diverge";
  } catch (const AttemptError& error) {
    EXPECT_EQ(error.cause(), EndCause::kDiverged);
    EXPECT_THAT(error.what(), HasSubstr("epoch 1"));
  }
}

TEST_F(RecordingTest, ABatchLargerThanTheFoldHasNoRowsThatFillIt) {
  const Setting one_by_one{.directory = work_.path(), .batch = 256};
  Setting recorded = one_by_one;
  recorded.recorder = std::make_shared<CalledSteps>();
  expect_close(train({"cae"}, one_by_one), train({"cae"}, recorded), kTolerance);
}

TEST_F(RecordingTest, StopsBetweenTwoSteps) {
  const Setting setting{.directory = work_.path()};
  const Assignment task = assignment_of({"cae"}, setting);
  const FoldView fold = fold_of(task, setting);
  FeatureNetCache none;
  const std::unique_ptr<Learner> learner = make_learner(task, fold, none);
  StopToken stop;
  struct StoppingSteps final : StepRecorder {
    explicit StoppingSteps(StopToken& token) : stop(token) {}
    void run(const std::function<void()>& step) override {
      step();
      ++steps;
      stop.request(StopCause::kPreempted);
    }
    StopToken& stop;
    int steps = 0;
  };
  const auto steps = std::make_shared<StoppingSteps>(stop);
  RecordedTraining training(fold, *learner, 16, steps);
  EXPECT_FALSE(training.train_epoch(1, stop).has_value());
  EXPECT_EQ(steps->steps, 1);
}

TEST_F(RecordingTest, TheCpuHasNoRecorderAndASwitchNobodyKnowsIsRefused) {
  EXPECT_EQ(make_step_recorder(torch::kCPU), nullptr);
  const auto recorder_with = [](const char* value) {
    setenv("FOLDMILL_CUDA_GRAPH", value, /*overwrite=*/1);
    return make_step_recorder(torch::Device("cuda:0"));
  };
  EXPECT_NE(dynamic_cast<CalledSteps*>(recorder_with("off").get()), nullptr);
  try {
    recorder_with("perhaps");
    FAIL() << "it took `perhaps`";
  } catch (const AttemptError& error) {
    EXPECT_THAT(error.what(), HasSubstr("FOLDMILL_CUDA_GRAPH is 'perhaps'"));
  }
  unsetenv("FOLDMILL_CUDA_GRAPH");
}

// What fails to be recorded, after having asked for something.
struct BrokenGraph final : StepGraph {
  void call(const std::function<void()>& step) override { step(); }
  void record(const std::function<void()>& /*step*/) override {
    TORCH_CHECK(false, "operation not permitted when stream is capturing\nand more of it");
  }
  void launch() override { FAIL() << "nothing was recorded"; }
};

TEST_F(RecordingTest, StepsThatCannotBeRecordedAreCalled) {
  Setting called{.directory = work_.path(), .recorder = std::make_shared<CalledSteps>()};
  Setting broken = called;
  broken.recorder = std::make_shared<RepeatedSteps>(std::make_unique<BrokenGraph>());
  testing::internal::CaptureStderr();
  const Trained trained = train({"cae"}, broken);
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              AllOf(StartsWith("foldmill: warning: "), EndsWith("the start)\n"),
                    HasSubstr("not permitted when stream is capturing; every step is called")));
  EXPECT_FALSE(broken.recorder->is_repeating());
  expect_equal(train({"cae"}, called), trained);
}

// The tape itself: it must see what a graph could not do.
TEST(StepTapeTest, RepeatsNumbersOfTheHostAndReadsMemoryAnew) {
  double of_the_host = 1;
  const torch::Tensor on_the_device = torch::ones({2});
  const torch::Tensor sum = torch::zeros({2});
  const auto step = [&] { sum.add_(on_the_device * of_the_host); };
  const Tape tape = record(step);
  of_the_host = 10;
  on_the_device.fill_(3);
  repeat(tape);
  EXPECT_TRUE(torch::equal(sum, torch::full({2}, 4.0f))) << "1 * 1 + 3 * 1";
  EXPECT_THAT(first_difference(tape, record(step)), HasSubstr("aten::mul"));
}

TEST(StepTapeTest, SeesOtherMemoryAndWaits) {
  torch::Tensor numbers = torch::ones({2});
  const auto step = [&] { numbers.add_(1); };
  const Tape tape = record(step);
  EXPECT_THAT(first_wait(tape), IsEmpty());
  EXPECT_THAT(first_difference(tape, record(step)), IsEmpty());
  const torch::Tensor former = numbers;
  numbers = torch::ones({2});
  EXPECT_THAT(first_difference(tape, record(step)), HasSubstr("@"));
  EXPECT_EQ(first_wait(record([&] { numbers[0].item<float>(); })), "aten::_local_scalar_dense");
}

TEST(StepTapeTest, RepeatsForwardAndBackward) {
  const torch::Tensor weight = torch::ones({3}).requires_grad_();
  weight.mutable_grad() = torch::zeros({3});
  const torch::Tensor input = torch::ones({3});
  const Tape tape = record([&] {
    weight.grad().zero_();
    (weight * input).square().sum().backward();
  });
  input.fill_(2);
  repeat(tape);
  EXPECT_TRUE(torch::equal(weight.grad(), torch::full({3}, 8.0f))) << "2 w x^2";
}

}  // namespace
}  // namespace foldmill::trainer
