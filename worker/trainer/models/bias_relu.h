#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// max(x + bias, 0) for `x` [n, c] or [n, c, h, w], `bias` [c]; writes over `x`, which must be
// what a layer has just made and does not need itself to go backwards. On a CPU, of floats with
// their channels side by side in memory, it is one pass each way; by torch's own operators else.
torch::Tensor bias_relu(const torch::Tensor& x, const torch::Tensor& bias);

}  // namespace foldmill::trainer
