#pragma once

#include <memory>
#include <vector>

#include "worker/trainer/optim/optimizer.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {

// The optimiser that the knobs `optimizer`, `weight_decay`, `momentum`, `nesterov`, `beta1` and
// `beta2` ask for, over `parameters`. Throws AttemptError (user_error).
std::unique_ptr<Optimizer> make_optimizer(const Knobs& knobs, const FlatParameters& parameters,
                                          const std::vector<LrRange>& ranges = {});

}  // namespace foldmill::trainer
