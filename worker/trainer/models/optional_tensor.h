#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// How a torch::autograd::Function takes a tensor that may be missing; an undefined one it refuses.
using OptionalTensor = c10::optional<torch::Tensor>;

inline OptionalTensor if_defined(const torch::Tensor& tensor) {
  return tensor.defined() ? OptionalTensor(tensor) : OptionalTensor();
}

}  // namespace foldmill::trainer
