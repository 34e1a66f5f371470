#pragma once

#include "worker/trainer/models/layer.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// torch::conv_transpose2d: `input` [n, in, h, w], `weight` [in, out, kernel, kernel], `bias` [out].
// On the CPU it is computed as what it is by definition, the gradient of a convolution with respect
// to its input: oneDNN serves that well, while torch 1.13 sends transposed convolutions to a slow
// path of its own (its backward pass alone was half of a training step). On other devices torch's
// own is used.
torch::Tensor conv_transpose(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias, const ConvTransposeLayer& layer);

}  // namespace foldmill::trainer
