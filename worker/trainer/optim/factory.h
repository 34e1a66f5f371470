#pragma once

#include <memory>
#include <vector>

#include "worker/trainer/torch_compat.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {

// The optimiser that the knobs `optimizer`, `lr`, `weight_decay` and `momentum` (sgd) ask for:
// adam, adamw, radam or sgd. Throws AttemptError (user_error).
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const Knobs& knobs,
                                                        std::vector<torch::Tensor> parameters);

}  // namespace foldmill::trainer
