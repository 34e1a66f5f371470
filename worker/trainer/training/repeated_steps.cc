#include "worker/trainer/training/repeated_steps.h"

#include <cstdio>
#include <utility>

namespace foldmill::trainer {

RepeatedSteps::RepeatedSteps(std::unique_ptr<StepGraph> graph) : graph_(std::move(graph)) {}

void RepeatedSteps::run(const std::function<void()>& step) {
  if (phase_ == Phase::kCallingFirst && called_ == kCalledFirst) record(step);
  switch (phase_) {
    case Phase::kCallingFirst:
      ++called_;
      return graph_->call(step);
    case Phase::kRepeating:
      return graph_->launch();
    case Phase::kCalling:
      return step();
  }
}

// Recording does nothing to the weights: whether or not it works, the step is still to be made.
void RepeatedSteps::record(const std::function<void()>& step) {
  try {
    graph_->record(step);
    phase_ = Phase::kRepeating;
  } catch (const c10::Error& error) {
    phase_ = Phase::kCalling;
    std::fprintf(
        stderr,
        "foldmill-trainer: the training step cannot be recorded: %s; every step is called, "
        "which is slower (FOLDMILL_CUDA_GRAPH=off does so from the start)\n",
        error.what_without_backtrace());
  }
}

}  // namespace foldmill::trainer
