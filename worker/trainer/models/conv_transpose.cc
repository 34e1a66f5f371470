#include "worker/trainer/models/conv_transpose.h"

#include <cmath>

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
                               int64_t stride, int64_t padding, int64_t output_padding) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    const auto grown = [&](int64_t size) {
      return (size - 1) * stride - 2 * padding + weight.size(2) + output_padding;
    };
    // Only the shape and the layout of the convolution's input count here, not its values.
    const torch::Tensor shape =
        torch::empty({input.size(0), weight.size(1), grown(input.size(2)), grown(input.size(3))},
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
            {}};
  }
};

}  // namespace

ConvTranspose2dImpl::ConvTranspose2dImpl(const ConvTransposeOptions& options) : options_(options) {
  weight_ = register_parameter("weight", torch::empty({options.in_channels, options.out_channels,
                                                       options.kernel, options.kernel}));
  bias_ = register_parameter("bias", torch::empty({options.out_channels}));
  // As torch initialises: uniform in +-1/sqrt(fan-in), where torch counts the fan-in of a
  // transposed convolution over its *output* channels.
  torch::nn::init::kaiming_uniform_(weight_, std::sqrt(5.0));
  const double fan_in = static_cast<double>(weight_.size(1) * options.kernel * options.kernel);
  const double bound = 1 / std::sqrt(fan_in);
  torch::nn::init::uniform_(bias_, -bound, bound);
}

torch::Tensor ConvTranspose2dImpl::forward(const torch::Tensor& input) {
  if (!input.is_cpu())
    return torch::conv_transpose2d(input, weight_, bias_, options_.stride, options_.padding,
                                   options_.output_padding);
  return ConvTransposeFunction::apply(input, weight_, bias_, options_.stride, options_.padding,
                                      options_.output_padding);
}

}  // namespace foldmill::trainer
