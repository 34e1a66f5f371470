#include "worker/trainer/models/bias_relu_kernel.h"

#include <algorithm>
#include <vector>

namespace foldmill::trainer {
namespace {

// Whole rows are taken together until they are this many numbers: long loops of vector
// instructions, whatever the number of channels.
constexpr size_t kStretch = 512;
// Stretches that are added up in float before they go into double.
constexpr size_t kStretchesInFloat = 64;

size_t stretch_of(size_t channels) { return channels * std::max<size_t>(kStretch / channels, 1); }

[[gnu::target_clones("avx512f", "avx2", "default")]] void forward(const float* __restrict bias,
                                                                  size_t count,
                                                                  float* __restrict maps) {
  for (size_t i = 0; i < count; ++i) {
    const float value = maps[i] + bias[i];
    maps[i] = value < 0 ? 0 : value;
  }
}

[[gnu::target_clones("avx512f", "avx2", "default")]] void backward(const float* __restrict gradient,
                                                                   const float* __restrict after,
                                                                   size_t count,
                                                                   float* __restrict before,
                                                                   float* __restrict sums) {
  for (size_t i = 0; i < count; ++i) {
    const float value = after[i] <= 0 ? 0 : gradient[i];
    before[i] = value;
    sums[i] += value;
  }
}

// Adds each channel's sums and begins them anew.
void drain(std::span<float> sums, std::span<double> channels) {
  for (size_t i = 0; i < sums.size(); ++i) channels[i % channels.size()] += sums[i];
  std::fill(sums.begin(), sums.end(), 0.0F);
}

}  // namespace

void add_bias_relu(std::span<const float> bias, std::span<float> maps) {
  std::vector<float> repeated(stretch_of(bias.size()));
  for (size_t i = 0; i < repeated.size(); ++i) repeated[i] = bias[i % bias.size()];
  for (size_t begin = 0; begin < maps.size(); begin += repeated.size())
    forward(repeated.data(), std::min(repeated.size(), maps.size() - begin), maps.data() + begin);
}

void bias_relu_gradient(std::span<const float> gradient, std::span<const float> after,
                        std::span<float> before, std::span<double> bias_gradient) {
  std::vector<float> sums(stretch_of(bias_gradient.size()));
  size_t stretches = 0;
  for (size_t begin = 0; begin < before.size(); begin += sums.size()) {
    backward(gradient.data() + begin, after.data() + begin,
             std::min(sums.size(), before.size() - begin), before.data() + begin, sums.data());
    if (++stretches % kStretchesInFloat == 0) drain(sums, bias_gradient);
  }
  drain(sums, bias_gradient);
}

}  // namespace foldmill::trainer
