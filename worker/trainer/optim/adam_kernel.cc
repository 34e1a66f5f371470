#include "worker/trainer/optim/adam_kernel.h"

#include <cmath>

namespace foldmill::trainer {

// Compiled so that it becomes vector instructions (CMakeLists.txt).
void adam_step(const AdamStep& step, int64_t count, const float* __restrict gradients,
               float* __restrict mean, float* __restrict mean_square, float* __restrict weights) {
  const AdamStep s = step;  // a copy: nothing written below can change it
  for (int64_t i = 0; i < count; ++i) {
    const float weight = weights[i];
    const float gradient = gradients[i] + s.l2 * weight;
    const float m = s.beta1 * mean[i] + (1 - s.beta1) * gradient;
    const float v = s.beta2 * mean_square[i] + (1 - s.beta2) * gradient * gradient;
    mean[i] = m;
    mean_square[i] = v;
    weights[i] = s.keep * weight - s.rate * m / (std::sqrt(v) * s.size_scale + s.epsilon);
  }
}

}  // namespace foldmill::trainer
