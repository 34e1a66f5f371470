#include "worker/trainer/models/one_channel_kernel.h"

#include <algorithm>
#include <cstring>
#include <vector>

// Each output place is a sum over the kernel's taps of a pixel times the weights of all channels at
// that tap, so the channels are the lanes, and no lane is empty where their number is a multiple of
// 16. The lanes are a type of the compiler's, which becomes one register or several, as the machine
// has them.
namespace foldmill::trainer {
namespace {

constexpr int64_t kLanes = 16;
constexpr int64_t kPlaces = 4;  // side by side, so that a tap's weights are read once for all
using Lanes [[gnu::vector_size(kLanes * sizeof(float))]] = float;
// The same wherever it lies.
using LooseLanes
    [[gnu::vector_size(kLanes * sizeof(float)), gnu::aligned(alignof(float)), gnu::may_alias]] =
        float;

// As an element of a vector, which would forget the alignment of the bare type.
struct alignas(sizeof(Lanes)) Row {
  Lanes lanes = {};
};

// Weights as [block of channels][tap], and the bias; lanes beyond the last channel are zero.
struct Packed {
  std::vector<Row> weight, bias;
};

Packed pack(const OneChannelConv& conv, std::span<const float> weight,
            std::span<const float> bias) {
  const int64_t taps = conv.kernel * conv.kernel;
  const auto blocks = static_cast<size_t>((conv.channels + kLanes - 1) / kLanes);
  Packed packed{std::vector<Row>(blocks * static_cast<size_t>(taps)), std::vector<Row>(blocks)};
  for (int64_t channel = 0; channel < conv.channels; ++channel) {
    const int64_t block = channel / kLanes, lane = channel % kLanes;
    for (int64_t tap = 0; tap < taps; ++tap)
      packed.weight[static_cast<size_t>(block * taps + tap)].lanes[lane] =
          weight[static_cast<size_t>(channel * taps + tap)];
    if (!bias.empty())
      packed.bias[static_cast<size_t>(block)].lanes[lane] = bias[static_cast<size_t>(channel)];
  }
  return packed;
}

// One image with its padding around it, so that no tap needs a check of its own.
class PaddedImage {
 public:
  explicit PaddedImage(const OneChannelConv& conv)
      : conv_(conv),
        width_(conv.width + 2 * conv.padding),
        pixels_(static_cast<size_t>((conv.height + 2 * conv.padding) * width_)) {}

  void fill(const float* image) {
    for (int64_t y = 0; y < conv_.height; ++y)
      std::copy_n(image + y * conv_.width, conv_.width,
                  pixels_.data() + (y + conv_.padding) * width_ + conv_.padding);
  }
  int64_t width() const { return width_; }
  // What the first tap of the output place (y, x) reads.
  const float* corner(int64_t y, int64_t x) const {
    return pixels_.data() + y * conv_.stride * width_ + x * conv_.stride;
  }

 private:
  const OneChannelConv& conv_;
  int64_t width_;
  std::vector<float> pixels_;
};

struct Block {
  const Row* weight;  // [tap]
  const Row* bias;
  int64_t lanes;  // in use
};

void store(const Lanes& sum, int64_t lanes, float* to) {
  std::memcpy(to, &sum, static_cast<size_t>(lanes) * sizeof(float));
}

template <int64_t places>
[[gnu::always_inline]] inline void convolve(const OneChannelConv& conv, const Block& block,
                                            const float* corner, int64_t width, float* out) {
  Lanes sums[places];
  for (Lanes& sum : sums) sum = block.bias->lanes;
  const Row* weight = block.weight;
  for (int64_t y = 0; y < conv.kernel; ++y)
    for (int64_t x = 0; x < conv.kernel; ++x, ++weight)
      for (int64_t place = 0; place < places; ++place)
        sums[place] += corner[y * width + x + place * conv.stride] * weight->lanes;
  for (int64_t place = 0; place < places; ++place) {
    const Lanes sum = sums[place];
    if (float* to = out + place * conv.channels; block.lanes == kLanes)
      *reinterpret_cast<LooseLanes*>(to) = sum;
    else
      store(sum, block.lanes, to);
  }
}

[[gnu::target_clones("avx512f", "avx2", "default")]] void convolve_row(const OneChannelConv& conv,
                                                                       const Block& block,
                                                                       const float* corner,
                                                                       int64_t width, float* out) {
  int64_t x = 0;
  for (; x + kPlaces <= conv.out_width; x += kPlaces)
    convolve<kPlaces>(conv, block, corner + x * conv.stride, width, out + x * conv.channels);
  for (; x < conv.out_width; ++x)
    convolve<1>(conv, block, corner + x * conv.stride, width, out + x * conv.channels);
}

}  // namespace

void one_channel_conv(const OneChannelConv& conv, std::span<const float> images,
                      std::span<const float> weight, std::span<const float> bias,
                      std::span<float> out) {
  const Packed packed = pack(conv, weight, bias);
  const int64_t taps = conv.kernel * conv.kernel;
  const int64_t row = conv.out_width * conv.channels;
  const int64_t count = static_cast<int64_t>(out.size()) / (conv.out_height * row);
  PaddedImage image(conv);
  for (int64_t n = 0; n < count; ++n) {
    image.fill(images.data() + n * conv.height * conv.width);
    for (int64_t y = 0; y < conv.out_height; ++y)
      for (int64_t channel = 0; channel < conv.channels; channel += kLanes) {
        const int64_t index = channel / kLanes;
        const Block block{packed.weight.data() + index * taps, packed.bias.data() + index,
                          std::min(kLanes, conv.channels - channel)};
        convolve_row(conv, block, image.corner(y, 0), image.width(),
                     out.data() + (n * conv.out_height + y) * row + channel);
      }
  }
}

}  // namespace foldmill::trainer
