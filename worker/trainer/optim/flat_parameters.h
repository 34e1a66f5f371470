#pragma once

#include <cstdint>
#include <vector>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// All trained parameters of a network as one flat tensor and their gradients as another, so that
// what is done to all of them is one operation, however many layers there are.
//
// The constructor points every parameter and its gradient at its place in the flat tensors, values
// kept; from then on autograd adds gradients where they are. What gives a parameter another storage
// ends that (Module::to, Module::zero_grad with set_to_none), so it belongs before. A copy shares
// the tensors. Nothing here reads from the device.
class FlatParameters {
 public:
  // In this order, each dense, of one floating type and on one device; none frozen.
  explicit FlatParameters(const std::vector<torch::Tensor>& parameters);

  const torch::Tensor& values() const { return values_; }        // [size]
  const torch::Tensor& gradients() const { return gradients_; }  // [size]
  int64_t size() const { return values_.size(0); }

  void zero_gradients();
  // Shortens the gradient of all parameters together to the L2 norm `max_norm`, as
  // torch.nn.utils.clip_grad_norm_ does; a shorter one is left as it is.
  void clip_gradients(double max_norm);

 private:
  torch::Tensor values_;
  torch::Tensor gradients_;
};

}  // namespace foldmill::trainer
