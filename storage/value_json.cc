#include "storage/value_json.h"

#include <cmath>

#include "storage/json_pieces.h"

namespace foldmill::storage {

std::string parameters_to_json(const ParameterSet& set) { return dump(write(set)); }

Result<ParameterSet> parameters_from_json(std::string_view text) {
  return parse_json<ParameterSet>("point", text, read_set);
}

std::string distribution_to_json(const Distribution& distribution) {
  return dump(write(distribution));
}

Result<Distribution> distribution_from_json(std::string_view text) {
  return parse_json<Distribution>("distribution", text, read_distribution);
}

std::string strings_to_json(const std::map<std::string, std::string>& strings) {
  return dump(Json(strings));
}

Result<std::map<std::string, std::string>> strings_from_json(std::string_view text) {
  using Strings = std::map<std::string, std::string>;
  return parse_json<Strings>("map of strings", text,
                             [](const Json& j) { return j.get<Strings>(); });
}

std::string metrics_to_json(const std::vector<std::pair<std::string, double>>& metrics) {
  std::string out = "{";
  for (const auto& [name, value] : metrics) {
    if (out.size() > 1) out += ',';
    out += dump(name) + ':';
    if (std::isnan(value))
      out += "null";
    else if (std::isinf(value))
      out += value > 0 ? "9e999" : "-9e999";
    else
      out += format_number(value);
  }
  return out + '}';
}

}  // namespace foldmill::storage
