#include "worker/trainer/models/stack.h"

#include <cmath>
#include <utility>

#include "core/text.h"
#include "worker/trainer/models/bias_relu.h"
#include "worker/trainer/models/conv_transpose.h"
#include "worker/trainer/models/cpu_layers.h"
#include "worker/trainer/models/layout.h"
#include "worker/trainer/models/one_channel.h"

namespace foldmill::trainer {
namespace {

torch::Tensor activate(const ActivationLayer& layer, torch::Tensor x) {
  switch (layer.activation) {
    case Activation::kNone:
      return x;
    case Activation::kRelu:
      return x.relu_();
    case Activation::kLeakyRelu:
      return torch::leaky_relu_(x, layer.slope);
    case Activation::kElu:
      return torch::elu(x);
    case Activation::kGelu:
      return torch::gelu(x);
    case Activation::kSilu:
      return torch::silu(x);
    case Activation::kTanh:
      return torch::tanh(x);
    case Activation::kSigmoid:
      return torch::sigmoid(x);
  }
  return x;
}

// Sizes of a layer's weights, bias last; nothing for a layer without.
struct WeightSizes {
  std::vector<int64_t> weight;
  int64_t bias = 0;
};

std::optional<WeightSizes> weight_sizes(const Layer& layer) {
  if (const auto* conv = std::get_if<ConvLayer>(&layer))
    return WeightSizes{{conv->out, conv->in, conv->kernel, conv->kernel}, conv->out};
  if (const auto* conv = std::get_if<ConvTransposeLayer>(&layer))
    return WeightSizes{{conv->in, conv->out, conv->kernel, conv->kernel}, conv->out};
  if (const auto* linear = std::get_if<LinearLayer>(&layer))
    return WeightSizes{{linear->out, linear->in}, linear->out};
  return std::nullopt;
}

// As torch initialises: uniform in +-1/sqrt(fan-in), weights by way of Kaiming's formula. The
// fan-in is counted over the second size, for a transposed convolution its *output* channels.
void initialize(torch::Tensor& weight, torch::Tensor& bias) {
  torch::nn::init::kaiming_uniform_(weight, std::sqrt(5.0));
  const double bound = 1 / std::sqrt(static_cast<double>(weight[0].numel()));
  torch::nn::init::uniform_(bias, -bound, bound);
}

}  // namespace

StackImpl::StackImpl(LayerChain layers)
    : layers_(std::move(layers)), weights_(layers_.size()), biases_(layers_.size()) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    const std::optional<WeightSizes> sizes = weight_sizes(layers_[i]);
    if (!sizes) continue;
    const auto holder = register_module(concat(i), std::make_shared<torch::nn::Module>());
    weights_[i] = holder->register_parameter("weight", torch::empty(sizes->weight));
    biases_[i] = holder->register_parameter("bias", torch::empty({sizes->bias}));
    initialize(weights_[i], biases_[i]);
    if (weights_[i].dim() == 4) weights_[i].set_data(channels_last(weights_[i].detach()));
  }
}

torch::Tensor StackImpl::forward(torch::Tensor x) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    if (takes_cpu_layers(x) && weights_[i].defined() && is_relu(i + 1)) {
      x = bias_relu(apply(i, std::move(x), {}), biases_[i]);
      ++i;
    } else {
      x = apply(i, std::move(x), biases_[i]);
    }
  }
  return x;
}

bool StackImpl::is_relu(size_t i) const {
  if (i >= layers_.size()) return false;
  const auto* activation = std::get_if<ActivationLayer>(&layers_[i]);
  return activation && activation->activation == Activation::kRelu;
}

torch::Tensor StackImpl::apply(size_t i, torch::Tensor x, const torch::Tensor& bias) {
  const Layer& layer = layers_[i];
  if (const auto* conv = std::get_if<ConvLayer>(&layer)) {
    if (has_one_channel(x) && !x.requires_grad())
      return conv_of_images(x, weights_[i], bias, *conv);
    return takes_cpu_layers(x)
               ? torch::conv2d(channels_last(x), weights_[i], bias, conv->stride, conv->padding)
               : torch::conv2d(x, weights_[i].contiguous(), bias, conv->stride, conv->padding);
  }
  if (const auto* conv = std::get_if<ConvTransposeLayer>(&layer))
    return conv_transpose(x, weights_[i], bias, *conv);
  if (std::holds_alternative<LinearLayer>(layer)) return torch::linear(x, weights_[i], bias);
  if (const auto* activation = std::get_if<ActivationLayer>(&layer))
    return activate(*activation, std::move(x));
  if (const auto* dropout = std::get_if<DropoutLayer>(&layer))
    return torch::dropout(x, dropout->p, is_training());
  if (std::holds_alternative<FlattenLayer>(layer))
    // Channels first again, whatever the layout in memory: the order of a dense layer's inputs.
    return x.contiguous().flatten(1);
  const Shape& shape = std::get<UnflattenLayer>(layer).shape;
  return x.view({-1, shape.channels, shape.height, shape.width});
}

}  // namespace foldmill::trainer
