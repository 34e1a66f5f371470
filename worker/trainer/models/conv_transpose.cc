#include "worker/trainer/models/conv_transpose.h"

namespace foldmill::trainer {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// The convolution whose gradients are wanted: `large` is its input, `small` its output.
enum class Wanted { kInput, kWeight };

torch::Tensor convolution_gradient(const torch::Tensor& small, const torch::Tensor& large,
                                   const torch::Tensor& weight, int64_t stride, int64_t padding,
                                   Wanted wanted) {
  const auto gradients = at::convolution_backward(
      small, large, weight, at::OptionalIntArrayRef(), {stride, stride}, {padding, padding}, {1, 1},
      /*transposed=*/false, {0, 0}, /*groups=*/1,
      {wanted == Wanted::kInput, wanted == Wanted::kWeight, false});
  return wanted == Wanted::kInput ? std::get<0>(gradients) : std::get<1>(gradients);
}

class ConvTransposeFunction : public torch::autograd::Function<ConvTransposeFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& weight, const torch::Tensor& bias,
                               int64_t stride, int64_t padding, int64_t more_height,
                               int64_t more_width) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    const auto grown = [&](int64_t size, int64_t output_padding) {
      return (size - 1) * stride - 2 * padding + weight.size(2) + output_padding;
    };
    // Only the shape and the layout of the convolution's input count here, not its values.
    const torch::Tensor shape =
        torch::empty({input.size(0), weight.size(1), grown(input.size(2), more_height),
                      grown(input.size(3), more_width)},
                     input.options().memory_format(input.suggest_memory_format()));
    return convolution_gradient(input, shape, weight, stride, padding, Wanted::kInput)
        .add_(bias.view({1, -1, 1, 1}));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const int64_t stride = context->saved_data["stride"].toInt();
    const int64_t padding = context->saved_data["padding"].toInt();
    const torch::Tensor& input = saved[0];
    const torch::Tensor& weight = saved[1];
    const torch::Tensor& gradient = gradients[0];
    return {torch::conv2d(gradient, weight, {}, stride, padding),
            convolution_gradient(input, gradient, weight, stride, padding, Wanted::kWeight),
            gradient.sum({0, 2, 3}),
            {},
            {},
            {},
            {}};
  }
};

}  // namespace

torch::Tensor conv_transpose(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias, const ConvTransposeLayer& layer) {
  if (!input.is_cpu())
    return torch::conv_transpose2d(input, weight, bias, layer.stride, layer.padding,
                                   {layer.output_padding_height, layer.output_padding_width});
  // Channels last: half the time of channels first in oneDNN at the widths of an autoencoder.
  return ConvTransposeFunction::apply(input.contiguous(torch::MemoryFormat::ChannelsLast), weight,
                                      bias, layer.stride, layer.padding,
                                      layer.output_padding_height, layer.output_padding_width);
}

}  // namespace foldmill::trainer
