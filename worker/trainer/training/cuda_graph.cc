#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include <optional>

#include "worker/trainer/training/step_graph.h"

namespace foldmill::trainer {
namespace {

class CudaGraph final : public StepGraph {
 public:
  explicit CudaGraph(torch::Device device)
      : side_(c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device.index())) {}

  // The device may still be at work on launches of the graph, in the graph's memory.
  ~CudaGraph() override {
    try {
      aside([] {});
    } catch (const c10::Error&) {
      // The device is lost, and whatever was asked of it last has told so.
    }
  }

  CudaGraph(const CudaGraph&) = delete;
  CudaGraph& operator=(const CudaGraph&) = delete;

  void call(const std::function<void()>& step) override { aside(step); }

  void record(const std::function<void()>& step) override {
    aside([&] {
      // The graph's memory is its own: what the calls before it took would lie idle.
      c10::cuda::CUDACachingAllocator::emptyCache();
      graph_.emplace();
      try {
        graph_->capture_begin();
        step();
        graph_->capture_end();
      } catch (...) {
        end_broken_capture();
        throw;
      }
    });
  }

  // On torch's usual stream, in order with what is done before and after the steps of an epoch.
  void launch() override { graph_->replay(); }

 private:
  // On a stream of its own, where alone torch records. What comes before and after is on torch's
  // usual stream: the device is waited for on both sides.
  void aside(const std::function<void()>& act) const {
    const c10::cuda::CUDAStreamGuard guard(side_);
    c10::cuda::device_synchronize();
    act();
    c10::cuda::device_synchronize();
  }

  // The stream stops recording. Why it broke is already known, and that it broke is told again.
  void end_broken_capture() {
    try {
      graph_->capture_end();
    } catch (const c10::Error&) {
    }
    graph_.reset();
  }

  c10::cuda::CUDAStream side_;
  std::optional<at::cuda::CUDAGraph> graph_;
};

}  // namespace

std::unique_ptr<StepGraph> make_cuda_graph(torch::Device device) {
  return std::make_unique<CudaGraph>(device);
}

}  // namespace foldmill::trainer
