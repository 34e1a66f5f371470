#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Whether `x` goes through layers as they are made for a CPU: kernels of ours, and layouts in
// memory that oneDNN likes. Everywhere else torch's own operators are taken.
bool takes_cpu_layers(const torch::Tensor& x);

// As long as it lives, this thread takes torch's own operators on the CPU as well: a network asks
// for the same work as on a GPU, which can then be watched without one.
class WithoutCpuLayers {
 public:
  WithoutCpuLayers();
  ~WithoutCpuLayers();
  WithoutCpuLayers(const WithoutCpuLayers&) = delete;
  WithoutCpuLayers& operator=(const WithoutCpuLayers&) = delete;
};

}  // namespace foldmill::trainer
