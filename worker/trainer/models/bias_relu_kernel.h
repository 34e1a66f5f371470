#pragma once

#include <span>

namespace foldmill::trainer {

// Rows of one number per channel, dense: the layout of maps with their channels last, and of the
// output of a dense layer. The number of channels is `bias`'s size. In the calling thread.

// maps = max(maps + bias, 0), NaN kept.
void add_bias_relu(std::span<const float> bias, std::span<float> maps);

// Backwards through it. `before` becomes `gradient` where `after`, what the pass above left, is not
// zero, and zero elsewhere; its sum over the rows is added to `bias_gradient`, by channel.
void bias_relu_gradient(std::span<const float> gradient, std::span<const float> after,
                        std::span<float> before, std::span<double> bias_gradient);

}  // namespace foldmill::trainer
