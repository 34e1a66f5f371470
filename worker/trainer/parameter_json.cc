#include "worker/trainer/parameter_json.h"

#include <nlohmann/json.hpp>

#include "core/text.h"

namespace foldmill::trainer {

using Json = nlohmann::json;

Json to_json(const ParameterSet& params) {
  Json object = Json::object();
  for (const auto& [name, value] : params)
    std::visit([&](const auto& plain) { object[name] = plain; }, value);
  return object;
}

Result<ParameterSet> parse_parameters(const Json& object) {
  ParameterSet params;
  for (const auto& [name, value] : object.items()) {
    if (value.is_boolean())
      params.set(name, value.get<bool>());
    else if (value.is_number_integer())
      params.set(name, value.get<int64_t>());
    else if (value.is_number())
      params.set(name, value.get<double>());
    else if (value.is_string())
      params.set(name, value.get<std::string>());
    else
      return invalid_argument(
          concat("parameter ", name, " is neither a bool, a number nor a string"));
  }
  return params;
}

}  // namespace foldmill::trainer
