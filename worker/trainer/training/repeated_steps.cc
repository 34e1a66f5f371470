#include "worker/trainer/training/repeated_steps.h"

#include <iostream>
#include <string_view>
#include <utility>

#include "core/text.h"

namespace foldmill::trainer {
namespace {

// In the words that the worker looks for (worker/protocol.md), on one line: CUDA's errors have
// more.
void warn(std::string_view why) {
  std::cerr << concat("foldmill: warning: the training step cannot be recorded: ",
                      why.substr(0, why.find('\n')),
                      "; every step is called, which is slower (FOLDMILL_CUDA_GRAPH=off does so "
                      "from the start)\n")
            << std::flush;
}

}  // namespace

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
    warn(error.what_without_backtrace());
  }
}

}  // namespace foldmill::trainer
