#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// A few images of a data set, as the network sees them. All on the data set's device.
//
// A batch may be filled up to a fixed size with rows that do not count, so that every step of an
// epoch does work of the same sizes. `shares` and `count` then say what counts; both are undefined
// where every row does.
struct Batch {
  torch::Tensor images;     // [n, channels, height, width], float32, normalised
  torch::Tensor labels;     // [n], int64; undefined without labels
  torch::Tensor positions;  // [n], int64, in the data set

  torch::Tensor shares =
      {};                    // [n], float32, of each row in a mean over the batch; 0: no part in it
  torch::Tensor count = {};  // float64, without dimensions: how many rows count

  int64_t size() const { return images.size(0); }
};

}  // namespace foldmill::trainer
