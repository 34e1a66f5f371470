#pragma once

#include <cstdint>
#include <span>

namespace foldmill::trainer {

// Sizes of a convolution of maps with one channel, and of what comes out.
struct OneChannelConv {
  int64_t height = 0, width = 0;          // of the input
  int64_t out_height = 0, out_width = 0;  // of the output
  int64_t channels = 0;                   // of the output
  int64_t kernel = 0, stride = 0, padding = 0;
};

// `images` [n, height, width], `weight` [channels, kernel, kernel], `bias` [channels] or empty ->
// `out` [n, out_height, out_width, channels], all dense. In the calling thread; n by `out`'s size.
void one_channel_conv(const OneChannelConv& conv, std::span<const float> images,
                      std::span<const float> weight, std::span<const float> bias,
                      std::span<float> out);

}  // namespace foldmill::trainer
