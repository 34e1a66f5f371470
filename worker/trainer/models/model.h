#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// A network that the Trainer can train, against its own input. The names of its parameters are the
// keys of state_dict.pt (docs/model-files.md), so renaming one changes a file format.
class Model : public torch::nn::Module {
 public:
  // What the network makes of a batch [n, 1, height, width] in the network's units.
  virtual torch::Tensor forward(const torch::Tensor& images) = 0;
};

}  // namespace foldmill::trainer
