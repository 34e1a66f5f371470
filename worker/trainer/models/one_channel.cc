#include "worker/trainer/models/one_channel.h"

#include <ATen/Parallel.h>

#include "worker/trainer/models/cpu_layers.h"
#include "worker/trainer/models/layout.h"
#include "worker/trainer/models/one_channel_kernel.h"
#include "worker/trainer/models/optional_tensor.h"

namespace foldmill::trainer {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr int64_t kImagesAtATime = 16;  // of one thread

std::span<const float> numbers_of(const torch::Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<size_t>(tensor.numel())};
}

OneChannelConv sizes_of(const torch::Tensor& maps, const torch::Tensor& weight, int64_t stride,
                        int64_t padding) {
  const int64_t kernel = weight.size(2);
  const auto shrunk = [&](int64_t size) { return (size + 2 * padding - kernel) / stride + 1; };
  return {.height = maps.size(2),
          .width = maps.size(3),
          .out_height = shrunk(maps.size(2)),
          .out_width = shrunk(maps.size(3)),
          .channels = weight.size(0),
          .kernel = kernel,
          .stride = stride,
          .padding = padding};
}

class ImageConvFunction : public torch::autograd::Function<ImageConvFunction> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& maps,
                               const torch::Tensor& weight, const OptionalTensor& bias,
                               int64_t stride, int64_t padding) {
    context->save_for_backward({maps, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    context->saved_data["has_bias"] = bias.has_value();
    return conv_from_one_channel(maps, weight, bias ? *bias : torch::Tensor(), stride, padding);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const int64_t stride = context->saved_data["stride"].toInt();
    const int64_t padding = context->saved_data["padding"].toInt();
    const bool has_bias = context->saved_data["has_bias"].toBool();
    const std::vector<int64_t> bias_sizes{saved[1].size(0)};
    const auto found = at::convolution_backward(
        channels_last(gradients[0]), channels_last(saved[0]), saved[1],
        has_bias ? at::OptionalIntArrayRef(bias_sizes) : at::OptionalIntArrayRef(),
        {stride, stride}, {padding, padding}, {1, 1},
        /*transposed=*/false, {0, 0}, /*groups=*/1, {false, true, has_bias});
    return {{}, std::get<1>(found), std::get<2>(found), {}, {}};
  }
};

}  // namespace

bool has_one_channel(const torch::Tensor& maps) {
  return takes_cpu_layers(maps) && maps.size(1) == 1 && maps.scalar_type() == torch::kFloat32;
}

torch::Tensor conv_from_one_channel(const torch::Tensor& maps, const torch::Tensor& weight,
                                    const torch::Tensor& bias, int64_t stride, int64_t padding) {
  const OneChannelConv conv = sizes_of(maps, weight, stride, padding);
  const torch::Tensor images = maps.contiguous(), kernels = weight.contiguous();
  torch::Tensor out = torch::empty({maps.size(0), conv.channels, conv.out_height, conv.out_width},
                                   maps.options().memory_format(torch::MemoryFormat::ChannelsLast));
  const int64_t image = conv.height * conv.width;
  const int64_t place = conv.out_height * conv.out_width * conv.channels;
  at::parallel_for(0, maps.size(0), kImagesAtATime, [&](int64_t begin, int64_t end) {
    const auto count = static_cast<size_t>(end - begin);
    one_channel_conv(
        conv, {images.data_ptr<float>() + begin * image, count * static_cast<size_t>(image)},
        numbers_of(kernels), bias.defined() ? numbers_of(bias) : std::span<const float>(),
        {out.data_ptr<float>() + begin * place, count * static_cast<size_t>(place)});
  });
  return out;
}

torch::Tensor conv_of_images(const torch::Tensor& maps, const torch::Tensor& weight,
                             const torch::Tensor& bias, const ConvLayer& layer) {
  return ImageConvFunction::apply(maps, weight, if_defined(bias), layer.stride, layer.padding);
}

}  // namespace foldmill::trainer
