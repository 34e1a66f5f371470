#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

struct ConvTransposeOptions {
  int64_t in_channels = 1;
  int64_t out_channels = 1;
  int64_t kernel = 3;
  int64_t stride = 2;
  int64_t padding = 0;
  int64_t output_padding = 0;
};

// torch::nn::ConvTranspose2d with the same parameters, initialisation and result. On the CPU it is
// computed as what it is by definition, the gradient of a convolution with respect to its input:
// oneDNN serves that well, while torch 1.13 sends transposed convolutions to a slow path of its own
// (its backward pass alone was half of a training step). On other devices torch's own is used.
class ConvTranspose2dImpl : public torch::nn::Module {
 public:
  explicit ConvTranspose2dImpl(const ConvTransposeOptions& options);
  torch::Tensor forward(const torch::Tensor& input);

 private:
  ConvTransposeOptions options_;
  torch::Tensor weight_;  // [in, out, kernel, kernel], as torch has it
  torch::Tensor bias_;
};
TORCH_MODULE(ConvTranspose2d);

}  // namespace foldmill::trainer
