#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// A few images of a data set, as the network sees them. All on the data set's device.
struct Batch {
  torch::Tensor images;     // [n, channels, height, width], float32, normalised
  torch::Tensor labels;     // [n], int64; undefined without labels
  torch::Tensor positions;  // [n], int64, in the data set

  int64_t size() const { return images.size(0); }
};

}  // namespace foldmill::trainer
