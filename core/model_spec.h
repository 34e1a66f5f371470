#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/parameter.h"

namespace foldmill {

// Which network family a trial trains, with its structural constants.
struct ModelSpec {
  std::string type = "cae";                // cae, command
  std::string variant;                     // cae: conv3
  std::vector<std::string> command;        // type command: the user's trainer and its arguments
  std::string workdir;                     // type command; empty: where the worker runs
  std::map<std::string, std::string> env;  // type command: added to the environment
  friend bool operator==(const ModelSpec&, const ModelSpec&) = default;
};

// One knob under `params:` that a model type knows.
struct KnobInfo {
  enum class Kind { kInt, kFloat, kChoice, kBool };
  std::string_view name;
  Kind kind;
  double low, high;                         // allowed numbers, both included
  std::vector<std::string_view> choices;    // kChoice
  bool required;                            // there is no sensible default
  ParameterValue fallback;                  // used when the file does not name it
  std::string_view help;
};

// The knobs of a model type, structural first, then those of every type we train ourselves
// (optimizer, lr, weight_decay, momentum, batch_size, epochs). Empty for `command` (any name is
// allowed) and for types unknown here.
const std::vector<KnobInfo>& knobs_of(std::string_view model_type, std::string_view variant);

// The one knob that every type has, `command` included.
const KnobInfo& epochs_knob();

}  // namespace foldmill
