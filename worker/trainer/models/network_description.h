#pragma once

#include <string>
#include <string_view>

#include "core/model_spec.h"
#include "core/parameter.h"
#include "worker/trainer/models/layer.h"

// What a model file says of the network in it, so that nobody has to guess. Free of torch.
namespace foldmill::trainer {

struct NetworkDescription {
  ModelSpec model;      // type, variant, target, classes
  ParameterSet params;  // the structural knobs; for a classifier with a given encoder the encoder's
  Shape image;
  double mean = 0;  // of the normalisation: (x - mean) / stddev of pixels in [0, 1]
  double stddev = 1;
};

// A JSON object, in the metadata of model.safetensors under this key.
inline constexpr std::string_view kDescriptionKey = "foldmill";
std::string to_json(const NetworkDescription& description);
// Throws AttemptError (user_error) that begins with `file` for text that is no such description.
NetworkDescription parse_description(std::string_view json, std::string_view file);

}  // namespace foldmill::trainer
