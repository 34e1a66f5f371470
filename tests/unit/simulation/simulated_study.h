#pragma once

#include <cstdint>

#include "coordinator/simulation/functions/mixed.h"
#include "core/study.h"

namespace foldmill::simulation {

// A sound study of the mixed function.
inline StudySpec mixed_study(int64_t trials, int folds, int64_t epochs, uint64_t seed = 1) {
  StudySpec spec;
  spec.name = "mixed";
  spec.seed = seed;
  spec.trials = trials;
  spec.model.type = "command";
  spec.model.command = {"true"};
  spec.folds.k = folds;
  spec.folds.seed = seed;
  spec.sampler.type = "tpe";  // fast
  spec.constants.set("epochs", epochs);
  spec.space = mixed_space();
  return spec;
}

}  // namespace foldmill::simulation
