#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/distribution.h"
#include "core/parameter.h"
#include "core/result.h"

// Values of columns as JSON text. Reading answers data_loss when the text is not what was written.
namespace foldmill::storage {

// A point as a flat object, parameters in their order.
std::string parameters_to_json(const ParameterSet& set);
Result<ParameterSet> parameters_from_json(std::string_view text);

// A range in Optuna's long form: {"name": "FloatDistribution", "attributes": {…}}.
std::string distribution_to_json(const Distribution& distribution);
Result<Distribution> distribution_from_json(std::string_view text);

// A flat object of strings, in order of key.
std::string strings_to_json(const std::map<std::string, std::string>& strings);
Result<std::map<std::string, std::string>> strings_from_json(std::string_view text);

// Named metrics as a JSON object in their order: NaN is null, infinities are 9e999 and -9e999,
// which SQLite reads back as infinities.
std::string metrics_to_json(const std::vector<std::pair<std::string, double>>& metrics);

}  // namespace foldmill::storage
