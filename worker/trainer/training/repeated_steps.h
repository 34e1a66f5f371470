#pragma once

#include <memory>

#include "worker/trainer/training/step_graph.h"
#include "worker/trainer/training/step_recorder.h"

namespace foldmill::trainer {

// Calls the first steps, records the next one, and launches that recording for it and all others: a
// step is then one call of the driver instead of dozens of kernels put together by the host. If it
// cannot be recorded, a warning says why, and every step is called.
class RepeatedSteps final : public StepRecorder {
 public:
  static constexpr int kCalledFirst = 3;

  explicit RepeatedSteps(std::unique_ptr<StepGraph> graph);

  void run(const std::function<void()>& step) override;
  bool is_repeating() const override { return phase_ == Phase::kRepeating; }

 private:
  enum class Phase { kCallingFirst, kRepeating, kCalling };

  void record(const std::function<void()>& step);

  std::unique_ptr<StepGraph> graph_;
  Phase phase_ = Phase::kCallingFirst;
  int called_ = 0;
};

}  // namespace foldmill::trainer
