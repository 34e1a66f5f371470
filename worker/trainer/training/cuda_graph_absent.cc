#include "worker/trainer/training/step_graph.h"

// Built in place of cuda_graph.cc where torch has no CUDA.
namespace foldmill::trainer {

std::unique_ptr<StepGraph> make_cuda_graph(torch::Device /*device*/) { return nullptr; }

}  // namespace foldmill::trainer
