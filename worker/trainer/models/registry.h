#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/model_spec.h"
#include "core/parameter.h"
#include "worker/trainer/models/model.h"

namespace foldmill::trainer {

// What images a model must take.
struct ImageShape {
  int64_t height = 0;
  int64_t width = 0;
};

std::vector<std::string> model_types();  // for the `ready` line

// The model that `spec` names with its structural knobs out of `params`, its weights initialised
// from `init_seed` alone: every attempt at a fold starts from the same network, on every device.
// Throws AttemptError (user_error) for a name, a knob or a shape that does not fit.
std::shared_ptr<Model> make_model(const ModelSpec& spec, const ParameterSet& params,
                                  const ImageShape& shape, uint64_t init_seed);

}  // namespace foldmill::trainer
