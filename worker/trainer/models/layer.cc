#include "worker/trainer/models/layer.h"

#include <algorithm>

#include "core/enum_names.h"
#include "core/overload.h"
#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

constexpr EnumNames<Activation, 8> kActivations{{{Activation::kNone, "none"},
                                                 {Activation::kRelu, "relu"},
                                                 {Activation::kLeakyRelu, "leaky_relu"},
                                                 {Activation::kElu, "elu"},
                                                 {Activation::kGelu, "gelu"},
                                                 {Activation::kSilu, "silu"},
                                                 {Activation::kTanh, "tanh"},
                                                 {Activation::kSigmoid, "sigmoid"}}};

[[noreturn]] void misfit(const Layer& layer, const Shape& input, std::string_view name,
                         std::string_view why, std::string_view remedy) {
  throw AttemptError(EndCause::kUserError, concat("layer ", name, " (", describe(layer), ") ", why,
                                                  " ", describe(input), "; ", remedy));
}

void check_channels(const Layer& layer, int64_t in, const Shape& input, std::string_view name) {
  if (in != input.channels)
    misfit(layer, input, name, concat("takes ", in, " channels, it would get"),
           "the layers before it must make as many");
}

int64_t side_after(const ConvLayer& conv, int64_t side) {
  return (side + 2 * conv.padding - conv.kernel) / conv.stride + 1;
}

Shape after(const ConvLayer& conv, const Shape& input, std::string_view name) {
  check_channels(conv, conv.in, input, name);
  if (std::min(input.height, input.width) + 2 * conv.padding < conv.kernel)
    misfit(conv, input, name, "has a kernel larger than its padded input of",
           "use larger images or a variant with fewer convolutions");
  return {conv.out, side_after(conv, input.height), side_after(conv, input.width)};
}

Shape after(const ConvTransposeLayer& conv, const Shape& input, std::string_view name) {
  check_channels(conv, conv.in, input, name);
  const auto grown = [&](int64_t side, int64_t output_padding) {
    return (side - 1) * conv.stride - 2 * conv.padding + conv.kernel + output_padding;
  };
  return {conv.out, grown(input.height, conv.output_padding_height),
          grown(input.width, conv.output_padding_width)};
}

Shape after(const LinearLayer& linear, const Shape& input, std::string_view name) {
  if (input.height != 1 || input.width != 1 || input.channels != linear.in)
    misfit(linear, input, name, concat("takes ", linear.in, " numbers, it would get"),
           "the layers before it must make as many");
  return {linear.out, 1, 1};
}

Shape after(const UnflattenLayer& unflatten, const Shape& input, std::string_view name) {
  if (unflatten.shape.count() != input.count())
    misfit(unflatten, input, name, "cannot be made of", "the sizes must multiply to the same");
  return unflatten.shape;
}

}  // namespace

std::string describe(const Shape& shape) {
  return concat(shape.channels, "x", shape.height, "x", shape.width);
}

std::string describe(const Layer& layer) {
  const auto window = [](std::string_view kind, const auto& conv) {
    return concat(kind, " of ", conv.in, " to ", conv.out, " channels, kernel ", conv.kernel,
                  ", stride ", conv.stride, ", padding ", conv.padding);
  };
  return std::visit(
      Overload{
          [&](const ConvLayer& conv) { return window("convolution", conv); },
          [&](const ConvTransposeLayer& conv) { return window("transposed convolution", conv); },
          [](const LinearLayer& linear) {
            return concat("dense, ", linear.in, " to ", linear.out);
          },
          [](const ActivationLayer& one) { return std::string(to_string(one.activation)); },
          [](const DropoutLayer& dropout) { return concat("dropout ", format_number(dropout.p)); },
          [](const FlattenLayer&) { return std::string("flatten"); },
          [](const UnflattenLayer& unflatten) {
            return concat("unflatten to ", describe(unflatten.shape));
          }},
      layer);
}

std::string_view to_string(Activation activation) { return name_in(kActivations, activation); }

Activation parse_activation(std::string_view text) {
  const auto found = value_in(kActivations, text);
  if (!found)
    throw AttemptError(EndCause::kUserError, concat("activation '", text, "' is not known"));
  return *found;
}

Shape shape_after(const Layer& layer, const Shape& input, std::string_view name) {
  return std::visit(Overload{[&](const ActivationLayer&) { return input; },
                             [&](const DropoutLayer&) { return input; },
                             [&](const FlattenLayer&) {
                               return Shape{input.count(), 1, 1};
                             },
                             [&](const auto& other) { return after(other, input, name); }},
                    layer);
}

Shape shape_after(const LayerChain& chain, Shape input, std::string_view name) {
  for (size_t i = 0; i < chain.size(); ++i)
    input = shape_after(chain[i], input, concat(name, ".", i));
  return input;
}

}  // namespace foldmill::trainer
