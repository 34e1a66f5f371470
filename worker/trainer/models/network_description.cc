#include "worker/trainer/models/network_description.h"

#include <array>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"
#include "worker/trainer/parameter_json.h"

namespace foldmill::trainer {
namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;

[[noreturn]] void fail(std::string_view file, std::string_view why) {
  throw AttemptError(
      EndCause::kUserError,
      concat(file, ": ", why, "; name a model.safetensors that a foldmill study left"));
}

NetworkDescription read(const Json& json) {
  NetworkDescription description;
  json.at("type").get_to(description.model.type);
  json.at("variant").get_to(description.model.variant);
  json.at("classes").get_to(description.model.classes);
  description.model.target =
      parse_target(json.at("target").get<std::string>()).value_or(Target::kInput);
  description.params = value_or_throw(parse_parameters(json.at("params")), EndCause::kUserError);
  const auto sides = json.at("image").get<std::array<int64_t, 3>>();
  description.image = {sides[0], sides[1], sides[2]};
  json.at("mean").get_to(description.mean);
  json.at("std").get_to(description.stddev);
  return description;
}

}  // namespace

std::string to_json(const NetworkDescription& description) {
  const Shape& image = description.image;
  return Json{{"format", kFormat},
              {"type", description.model.type},
              {"variant", description.model.variant},
              {"target", to_string(description.model.target)},
              {"classes", description.model.classes},
              {"params", to_json(description.params)},
              {"image", {image.channels, image.height, image.width}},
              {"mean", description.mean},
              {"std", description.stddev}}
      .dump();
}

NetworkDescription parse_description(std::string_view text, std::string_view file) {
  try {
    const Json json = Json::parse(text);
    if (const int format = json.at("format").get<int>(); format != kFormat)
      fail(file,
           concat("describes its network in format ", format, ", this trainer reads ", kFormat));
    return read(json);
  } catch (const Json::exception&) {
    fail(file, "does not describe its network as foldmill does");
  }
}

}  // namespace foldmill::trainer
