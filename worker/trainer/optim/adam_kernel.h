#pragma once

#include <cstdint>

// Adam's step in one pass over memory: as separate operations, a step of a network of millions of
// weights costs as much as its gradients. Free of torch.
namespace foldmill::trainer {

struct AdamStep {
  float beta1, beta2;
  float size_scale;  // 1 / sqrt(1 - beta2^t)
  float rate;        // lr / (1 - beta1^t)
  float l2;          // weight decay added to the gradient
  float keep;        // what decoupled decay leaves of a weight: 1 - lr * decay, or 1
  float epsilon;
};

// Moves `count` weights; all arrays have as many elements.
void adam_step(const AdamStep& step, int64_t count, const float* gradients, float* mean,
               float* mean_square, float* weights);

}  // namespace foldmill::trainer
