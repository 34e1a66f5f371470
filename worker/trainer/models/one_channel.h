#pragma once

#include "worker/trainer/models/layer.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Whether conv_from_one_channel() serves this input: one channel, single precision, where
// takes_cpu_layers().
bool has_one_channel(const torch::Tensor& maps);

// torch::conv2d of maps that have_one_channel(), `weight` [out, 1, kernel, kernel], `bias` [out] or
// undefined; what comes out lies with its channels last. oneDNN fills its lanes with input
// channels, of which there is one: it reaches an eighth of what it does elsewhere. Without a
// gradient.
torch::Tensor conv_from_one_channel(const torch::Tensor& maps, const torch::Tensor& weight,
                                    const torch::Tensor& bias, int64_t stride, int64_t padding);

// The same as a layer, with the gradients of `weight` and `bias`, and none of `maps`: they are
// images.
torch::Tensor conv_of_images(const torch::Tensor& maps, const torch::Tensor& weight,
                             const torch::Tensor& bias, const ConvLayer& layer);

}  // namespace foldmill::trainer
