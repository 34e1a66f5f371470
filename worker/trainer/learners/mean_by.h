#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Mean over a batch of `per_row` [n], of which each row has one of the `shares` (see Batch), or all
// have the same one where those are undefined.
inline torch::Tensor mean_by(const torch::Tensor& per_row, const torch::Tensor& shares) {
  return shares.defined() ? (per_row * shares).sum() : per_row.mean();
}

}  // namespace foldmill::trainer
