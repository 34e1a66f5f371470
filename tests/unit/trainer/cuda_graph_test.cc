#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/unit/trainer/fixture.h"
#include "tests/unit/trainer/training_case.h"
#include "worker/trainer/device.h"
#include "worker/trainer/training/repeated_steps.h"

// On a GPU, which deploy/gpu-check has: it sets FOLDMILL_TEST_GPU, with which these fail where
// there is none instead of being skipped.
namespace foldmill::trainer {
namespace {

constexpr double kTolerance = 1e-4;  // relative, what is promised of a GPU

class CudaGraphTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (torch::cuda::is_available()) return;
    ASSERT_EQ(std::getenv("FOLDMILL_TEST_GPU"), nullptr) << "torch sees no GPU";
    GTEST_SKIP() << "no GPU";
  }
  void TearDown() override { set_deterministic(false); }

  // Fails where the trainer was built without CUDA.
  std::shared_ptr<StepRecorder> graph() const {
    std::unique_ptr<StepGraph> made = make_cuda_graph(kGpu);
    EXPECT_NE(made, nullptr) << "built without CUDA";
    return std::make_shared<RepeatedSteps>(std::move(made));
  }
  Setting on_gpu(std::shared_ptr<StepRecorder> recorder) const {
    return {.directory = work_.path(), .recorder = std::move(recorder), .device = kGpu};
  }

  const torch::Device kGpu{torch::kCUDA, 0};
  TempDir work_;
};

TEST_F(CudaGraphTest, HasTheLossesOfTheSameStepsCalled) {
  for_each_case([&](const TrainingCase& what) {
    const std::shared_ptr<StepRecorder> repeated = graph();
    const Trained called = train(what, on_gpu(std::make_shared<CalledSteps>()));
    expect_close(called, train(what, on_gpu(repeated)), kTolerance);
    EXPECT_TRUE(repeated->is_repeating()) << "the recording failed; why stands above";
  });
}

TEST_F(CudaGraphTest, GivesTheSameBitsAgainWhenItMust) {
  for_each_case([&](const TrainingCase& what) {
    set_deterministic(true);
    const Trained first = train(what, on_gpu(graph()));
    expect_equal(first, train(what, on_gpu(graph())));
  });
}

// What is drawn from torch's generators differs between a CPU and a GPU.
TEST_F(CudaGraphTest, HasTheLossesOfTheCpuWhereNothingIsDrawn) {
  for_each_case([&](const TrainingCase& what) {
    if (what.type == "vae" || what.type == "gan" || what.params.find("dropout") != nullptr) return;
    expect_close(train(what, {.directory = work_.path()}), train(what, on_gpu(graph())), 1e-3);
  });
}

}  // namespace
}  // namespace foldmill::trainer
