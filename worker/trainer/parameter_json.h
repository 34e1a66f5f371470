#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/parameter.h"
#include "core/result.h"

namespace foldmill::trainer {

// A JSON object of named values, as assignments and model files have it.
nlohmann::json to_json(const ParameterSet& params);
// invalid_argument naming the parameter that is neither a bool, a number nor a string.
Result<ParameterSet> parse_parameters(const nlohmann::json& object);

}  // namespace foldmill::trainer
