#pragma once

#include <string_view>
#include <vector>

#include "core/model_spec.h"
#include "core/parameter.h"

namespace foldmill {

// One knob under `params:` that a model type knows.
struct KnobInfo {
  enum class Kind { kInt, kFloat, kChoice, kBool };
  std::string_view name;
  Kind kind;
  double low, high;                       // allowed numbers, both included
  std::vector<std::string_view> choices;  // kChoice
  bool required;                          // there is no sensible default
  ParameterValue fallback;                // used when the file does not name it
  std::string_view help;
};

// The knobs of a model: those of its structure first, then those of its training, of which all
// types but gan share most. Empty for `command` (any name is allowed) and for what is unknown here.
// A classifier whose encoder is given has no knobs for the encoder's layers.
const std::vector<KnobInfo>& knobs_of(const ModelSpec& model);

// The one knob that every type has, `command` included.
const KnobInfo& epochs_knob();

}  // namespace foldmill
