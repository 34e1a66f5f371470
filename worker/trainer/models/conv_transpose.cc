#include "worker/trainer/models/conv_transpose.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "worker/trainer/models/cpu_layers.h"
#include "worker/trainer/models/layout.h"
#include "worker/trainer/models/one_channel.h"
#include "worker/trainer/models/optional_tensor.h"

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

// Adds each kernel's worth of `columns` [n * h * w, kernel * kernel] where it belongs in an image
// of one channel. `small` [n, …, h, w] gives the sizes, `image` [n, 1, H, W] starts from `bias`.
torch::Tensor scattered(const torch::Tensor& columns, const torch::Tensor& small,
                        const torch::Tensor& image, int64_t kernel, int64_t stride, int64_t padding,
                        float bias) {
  const int64_t rows = small.size(2), places = small.size(3);
  const int64_t height = image.size(2), width = image.size(3);
  // What the kernels reach, beyond the image on all sides: no place needs a check of its own.
  const int64_t reach_width = std::max((places - 1) * stride + kernel, width + padding);
  const int64_t reach_height = std::max((rows - 1) * stride + kernel, height + padding);
  const float* column = columns.data_ptr<float>();
  float* out = image.data_ptr<float>();
  at::parallel_for(0, small.size(0), 16, [&](int64_t begin, int64_t end) {
    std::vector<float> reach(static_cast<size_t>(reach_height * reach_width));
    for (int64_t n = begin; n < end; ++n) {
      std::fill(reach.begin(), reach.end(), bias);
      const float* value = column + n * rows * places * kernel * kernel;
      for (int64_t place = 0; place < rows * places; ++place) {
        float* corner =
            reach.data() + place / places * stride * reach_width + place % places * stride;
        for (int64_t y = 0; y < kernel; ++y)
          for (int64_t x = 0; x < kernel; ++x) corner[y * reach_width + x] += *value++;
      }
      for (int64_t y = 0; y < height; ++y)
        std::copy_n(reach.data() + (y + padding) * reach_width + padding, width,
                    out + (n * height + y) * width);
    }
  });
  return image;
}

// Into a single channel, oneDNN leaves most of its lanes empty: a matrix product that makes every
// place's kernel, and a pass that adds them up, waste none.
torch::Tensor into_one_channel(const torch::Tensor& input, const torch::Tensor& image,
                               const torch::Tensor& weight, const OptionalTensor& bias,
                               int64_t stride, int64_t padding) {
  const int64_t channels = input.size(1);
  const torch::Tensor columns =
      input.permute({0, 2, 3, 1}).reshape({-1, channels}).mm(weight.reshape({channels, -1}));
  return scattered(columns, input, image, weight.size(2), stride, padding,
                   bias ? bias->item<float>() : 0);
}

class ConvTransposeFunction : public torch::autograd::Function<ConvTransposeFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& weight, const OptionalTensor& bias,
                               int64_t stride, int64_t padding, int64_t more_height,
                               int64_t more_width) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["has_bias"] = bias.has_value();
    const auto grown = [&](int64_t size, int64_t output_padding) {
      return (size - 1) * stride - 2 * padding + weight.size(2) + output_padding;
    };
    // For oneDNN only shape and layout of the convolution's input count, not its values.
    const torch::Tensor image = channels_last(
        torch::empty({input.size(0), weight.size(1), grown(input.size(2), more_height),
                      grown(input.size(3), more_width)},
                     input.options().memory_format(torch::MemoryFormat::ChannelsLast)));
    if (weight.size(1) == 1 && input.scalar_type() == torch::kFloat32)
      return into_one_channel(input, image, weight, bias, stride, padding);
    const torch::Tensor made =
        convolution_gradient(input, image, weight, stride, padding, Wanted::kInput);
    return bias ? made.add_(bias->view({1, -1, 1, 1})) : made;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const int64_t stride = context->saved_data["stride"].toInt();
    const int64_t padding = context->saved_data["padding"].toInt();
    const torch::Tensor& input = saved[0];
    const torch::Tensor& weight = saved[1];
    const torch::Tensor gradient = channels_last(gradients[0]);
    return {has_one_channel(gradient) ? conv_from_one_channel(gradient, weight, {}, stride, padding)
                                      : torch::conv2d(gradient, weight, {}, stride, padding),
            convolution_gradient(input, gradient, weight, stride, padding, Wanted::kWeight),
            context->saved_data["has_bias"].toBool() ? gradient.sum({0, 2, 3}) : torch::Tensor(),
            {},
            {},
            {},
            {}};
  }
};

}  // namespace

torch::Tensor conv_transpose(const torch::Tensor& input, const torch::Tensor& weight,
                             const torch::Tensor& bias, const ConvTransposeLayer& layer) {
  if (!takes_cpu_layers(input))
    return torch::conv_transpose2d(input, weight.contiguous(), bias, layer.stride, layer.padding,
                                   {layer.output_padding_height, layer.output_padding_width});
  return ConvTransposeFunction::apply(channels_last(input), weight, if_defined(bias), layer.stride,
                                      layer.padding, layer.output_padding_height,
                                      layer.output_padding_width);
}

}  // namespace foldmill::trainer
