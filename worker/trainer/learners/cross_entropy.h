#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Binary cross-entropy of `chance` (a sigmoid's output) against `wanted`, both in [0, 1]. A chance
// that is NaN makes a loss that is NaN, as with any other loss: torch's own operator throws there,
// and on a GPU takes the process along.
inline torch::Tensor binary_cross_entropy(const torch::Tensor& chance, const torch::Tensor& wanted,
                                          at::Reduction::Reduction reduction) {
  const torch::Tensor loss =
      at::binary_cross_entropy(chance.nan_to_num(0.5, 1, 0), wanted, {}, reduction);
  return loss + chance.sum() * 0;
}

}  // namespace foldmill::trainer
