#pragma once

#include <functional>
#include <memory>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Makes one training step after another. A step that asks the device for the same work every time,
// reading what differs from where it lies on the device, need not be put together by the host each
// time: it can be recorded once and repeated. One thread.
class StepRecorder {
 public:
  virtual ~StepRecorder() = default;

  // The step once more: by calling `step`, or by repeating what an earlier call of it asked for.
  // `step` does the same every time. Throws what it throws.
  virtual void run(const std::function<void()>& step) = 0;

  // Whether steps are repeated without being called.
  virtual bool is_repeating() const { return false; }
};

// Calls every step.
class CalledSteps final : public StepRecorder {
 public:
  void run(const std::function<void()>& step) override { step(); }
};

// The recorder for training on `device`: none on the CPU, where putting a step together costs
// nothing beside the step; on a GPU one that repeats a CUDA graph, or that calls where
// FOLDMILL_CUDA_GRAPH in the environment is `off` or this trainer was built without CUDA. Throws
// AttemptError (internal) for another value of it than `on` and `off`.
std::shared_ptr<StepRecorder> make_step_recorder(torch::Device device);

}  // namespace foldmill::trainer
