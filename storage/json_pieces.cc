#include "storage/json_pieces.h"

namespace foldmill::storage {
namespace {

ParameterValue read_value(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

}  // namespace

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json write(const ParameterValue& value) {
  return std::visit([](const auto& v) { return Json(v); }, value);
}

Json write(const std::vector<ParameterValue>& values) {
  Json json = Json::array();
  for (const auto& value : values) json.push_back(write(value));
  return json;
}

Json write(const ParameterSet& set) {
  Json json = Json::object();
  for (const auto& [name, value] : set) json[name] = write(value);
  return json;
}

Json write(const Distribution& distribution) {
  if (const auto* f = distribution.as_float())
    return {{"name", "FloatDistribution"},
            {"attributes",
             {{"step", write(f->step)}, {"low", f->low}, {"high", f->high}, {"log", f->log}}}};
  if (const auto* i = distribution.as_int())
    return {
        {"name", "IntDistribution"},
        {"attributes", {{"log", i->log}, {"step", i->step}, {"low", i->low}, {"high", i->high}}}};
  Json attributes = Json::object();
  attributes["choices"] = write(distribution.as_categorical()->choices);
  return {{"name", "CategoricalDistribution"}, {"attributes", std::move(attributes)}};
}

std::vector<ParameterValue> read_values(const Json& json) {
  std::vector<ParameterValue> values;
  for (const auto& item : json) values.push_back(read_value(item));
  return values;
}

ParameterSet read_set(const Json& json) {
  if (!json.is_object()) throw Malformed{"parameters are not an object"};
  ParameterSet set;
  for (const auto& [name, value] : json.items()) set.set(name, read_value(value));
  return set;
}

Distribution read_distribution(const Json& json) {
  const auto name = json.at("name").get<std::string>();
  const auto& a = json.at("attributes");
  if (name == "FloatDistribution") {
    std::optional<double> step;
    read(a, "step", step);
    return checked(Distribution::make_float(a.at("low"), a.at("high"), a.at("log"), step));
  }
  if (name == "IntDistribution")
    return checked(Distribution::make_int(a.at("low"), a.at("high"), a.at("log"), a.at("step")));
  if (name == "CategoricalDistribution")
    return checked(Distribution::make_categorical(read_values(a.at("choices"))));
  throw Malformed{concat("unknown distribution '", name, "'")};
}

}  // namespace foldmill::storage
