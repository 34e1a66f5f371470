#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Layers as data: what a network is made of, before and apart from its weights. Free of torch.
namespace foldmill::trainer {

// What flows between layers, without the batch: a map of channels x height x width, or, with
// height and width 1, a row of numbers.
struct Shape {
  int64_t channels = 1;
  int64_t height = 1;
  int64_t width = 1;
  int64_t count() const { return channels * height * width; }
  friend bool operator==(const Shape&, const Shape&) = default;
};

enum class Activation { kNone, kRelu, kLeakyRelu, kElu, kGelu, kSilu, kTanh, kSigmoid };

struct ConvLayer {
  int64_t in, out, kernel, stride, padding;
};
struct ConvTransposeLayer {
  int64_t in, out, kernel, stride, padding, output_padding_height, output_padding_width;
};
struct LinearLayer {
  int64_t in, out;
};
struct ActivationLayer {
  Activation activation;
  double slope = 0.01;  // of kLeakyRelu, below zero
};
struct DropoutLayer {
  double p;  // share of the units that training drops
};
struct FlattenLayer {};
struct UnflattenLayer {
  Shape shape;
};

using Layer = std::variant<ConvLayer, ConvTransposeLayer, LinearLayer, ActivationLayer,
                           DropoutLayer, FlattenLayer, UnflattenLayer>;
// A chain of layers. Layer i has the name "i", as in a torch.nn.Sequential, so that Python needs no
// class of ours for the weights.
using LayerChain = std::vector<Layer>;

// "convolution, kernel 3, stride 2, padding 1", for messages.
std::string describe(const Layer& layer);
std::string describe(const Shape& shape);  // "16x7x7"

std::string_view to_string(Activation activation);   // relu, leaky_relu, …
Activation parse_activation(std::string_view text);  // of a name that core's knobs allow

// What `layer` makes of `input`. Throws AttemptError (user_error) where it does not fit: a kernel
// larger than its padded input, other numbers than a dense layer takes. `name` is how the message
// calls the layer, for example "encoder.4".
Shape shape_after(const Layer& layer, const Shape& input, std::string_view name);

// The same along a chain whose layers are called `name`.0, `name`.1, …
Shape shape_after(const LayerChain& chain, Shape input, std::string_view name);

}  // namespace foldmill::trainer
