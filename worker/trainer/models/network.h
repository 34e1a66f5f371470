#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/model_spec.h"
#include "worker/trainer/models/stack.h"

namespace foldmill::trainer {

// A network as data: named chains and the images it is for. What flows from which chain into which
// is the model type's affair:
//
//   cae, dae    image -> encoder -> decoder -> image
//   vae         image -> encoder -> mu | log_var;  code -> decoder -> image
//   classifier  image -> encoder -> head -> one number per class
//   gan         code -> generator -> image;  image -> discriminator -> one number
struct NetworkPlan {
  ModelSpec model;
  Shape image;
  int64_t latent_dim = 0;
  std::vector<std::pair<std::string, LayerChain>> chains;

  const LayerChain& chain(std::string_view name) const;
};

// The chains with their weights, in the plan's order: "encoder.0.weight" is a parameter's name.
// Those names are the keys of state_dict.pt (docs/model-files.md), so renaming one changes a file
// format.
class Network : public torch::nn::Module {
 public:
  // Weights from `init_seed` alone: every attempt at a fold starts from the same network, on every
  // device. Seeds torch's global generator.
  Network(NetworkPlan plan, uint64_t init_seed);

  const NetworkPlan& plan() const { return plan_; }
  int64_t parameter_count() const;  // numbers, over all parameters
  StackImpl& stack(std::string_view name);
  const StackImpl& stack(std::string_view name) const;

 private:
  NetworkPlan plan_;
  std::vector<std::pair<std::string, Stack>> stacks_;
};

}  // namespace foldmill::trainer
