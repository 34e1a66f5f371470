#include "worker/trainer/training/step_recorder.h"

#include <cstdlib>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/training/repeated_steps.h"
#include "worker/trainer/training/step_graph.h"

namespace foldmill::trainer {
namespace {

constexpr const char* kSwitch = "FOLDMILL_CUDA_GRAPH";

bool graphs_are_wanted() {
  const char* value = std::getenv(kSwitch);
  const std::string_view text = value != nullptr ? value : "";
  if (text.empty() || text == "on") return true;
  if (text == "off") return false;
  throw AttemptError(EndCause::kInternal, concat(kSwitch, " is '", text,
                                                 "' in the trainer's environment; set it to off "
                                                 "or on, or leave it out"));
}

}  // namespace

std::shared_ptr<StepRecorder> make_step_recorder(torch::Device device) {
  if (device.is_cpu()) return nullptr;
  std::unique_ptr<StepGraph> graph;
  if (graphs_are_wanted()) graph = make_cuda_graph(device);
  if (graph == nullptr) return std::make_shared<CalledSteps>();
  return std::make_shared<RepeatedSteps>(std::move(graph));
}

}  // namespace foldmill::trainer
