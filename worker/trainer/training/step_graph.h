#pragma once

#include <functional>
#include <memory>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// What a device offers for recording the work of a step. One thread; all calls may throw
// c10::Error.
class StepGraph {
 public:
  virtual ~StepGraph() = default;

  // Calls `step` where recordings are made, which makes what libraries do only once (trying
  // algorithms, taking workspaces) happen before one.
  virtual void call(const std::function<void()>& step) = 0;
  // Calls `step` once more to record what it asks of the device, which does none of it. After an
  // error nothing is recorded.
  virtual void record(const std::function<void()>& step) = 0;
  // The device does what was recorded.
  virtual void launch() = 0;
};

// A CUDA graph, or null where this trainer was built without CUDA.
std::unique_ptr<StepGraph> make_cuda_graph(torch::Device device);

}  // namespace foldmill::trainer
