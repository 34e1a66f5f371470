#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// A copy for a file: on the CPU, row by row, with memory of its own. Parameters are views of one
// flat tensor, and files keep the whole of what a view looks into.
inline torch::Tensor plain_tensor(const torch::Tensor& tensor) {
  return tensor.detach().to(torch::kCPU).clone(torch::MemoryFormat::Contiguous);
}

}  // namespace foldmill::trainer
