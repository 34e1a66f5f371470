#pragma once

#include "worker/trainer/models/layer.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// A chain of layers with its weights, initialised as PyTorch does from torch's global generator, in
// the order of the layers. Parameters are named as in a torch.nn.Sequential of the same layers.
//
// Kernels of convolutions lie in memory with their channels last, as oneDNN wants them, on every
// device: an optimiser's state, which a checkpoint carries from one device to another, has the
// order of the weights in memory.
class StackImpl : public torch::nn::Module {
 public:
  explicit StackImpl(LayerChain layers);

  // [n, …] as the first layer takes it, to what the last one makes. Dropout drops in training mode
  // only, drawing from torch's global generator.
  torch::Tensor forward(torch::Tensor x);

  const LayerChain& layers() const { return layers_; }
  // Of layer i, which is a convolution, a transposed one or dense.
  const torch::Tensor& weight(size_t i) const { return weights_[i]; }
  const torch::Tensor& bias(size_t i) const { return biases_[i]; }

 private:
  // `bias` is the layer's, or undefined where it is added afterwards.
  torch::Tensor apply(size_t i, torch::Tensor x, const torch::Tensor& bias);
  bool is_relu(size_t i) const;

  LayerChain layers_;
  std::vector<torch::Tensor> weights_;  // one per layer; undefined where it has none
  std::vector<torch::Tensor> biases_;
};
TORCH_MODULE(Stack);

}  // namespace foldmill::trainer
