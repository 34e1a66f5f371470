#include "core/model_spec.h"

#include "core/enum_names.h"

namespace foldmill {
namespace {

using Names = std::vector<std::string>;

constexpr EnumNames<Target, 2> kTargets{{{Target::kInput, "input"}, {Target::kUnit, "unit"}}};

// What the study file and the trainer have to know of a type before its knobs.
struct TypeInfo {
  Names variants;
  Names metrics;
  bool natural_metric;
};

const std::map<std::string, TypeInfo, std::less<>>& types() {
  static const Names kConvolutional = {"conv3", "conv4", "scaled"};
  static constexpr const char* kSize = "n_parameters";  // the same in every epoch
  static const std::map<std::string, TypeInfo, std::less<>> kTypes = {
      {"cae", {kConvolutional, {"val_loss", "val_mse_unit", "train_loss", kSize}, true}},
      {"vae",
       {kConvolutional,
        {"val_loss", "val_reconstruction", "val_kl", "val_mse_unit", "train_loss", kSize},
        true}},
      {"dae", {kConvolutional, {"val_loss", "val_mse_unit", "train_loss", kSize}, true}},
      {"classifier",
       {kConvolutional, {"val_loss", "val_accuracy", "train_loss", "train_accuracy", kSize}, true}},
      {"gan", {{"mlp"}, {"frechet_distance", "d_loss", "g_loss", kSize}, false}},
      {"command", {{}, {}, false}},
      {"external", {{}, {}, false}}};
  return kTypes;
}

const TypeInfo& type_info(std::string_view model_type) {
  static const TypeInfo kNone{};
  const auto found = types().find(model_type);
  return found == types().end() ? kNone : found->second;
}

}  // namespace

std::string_view to_string(Target target) { return name_in(kTargets, target); }
std::optional<Target> parse_target(std::string_view text) { return value_in(kTargets, text); }

bool is_users_code(const ModelSpec& model) {
  return model.type == "command" || is_trained_outside(model);
}

bool is_trained_outside(const ModelSpec& model) { return model.type == "external"; }

const std::vector<std::string>& model_types() {
  static const Names kNames = {"cae", "vae", "dae", "classifier", "gan", "command", "external"};
  return kNames;
}

const std::vector<std::string>& variants_of(std::string_view model_type) {
  return type_info(model_type).variants;
}

Target default_target(std::string_view variant) {
  return variant == "scaled" ? Target::kUnit : Target::kInput;
}

const std::vector<std::string>& metrics_of(std::string_view model_type) {
  return type_info(model_type).metrics;
}

bool has_natural_metric(std::string_view model_type) {
  return type_info(model_type).natural_metric;
}

}  // namespace foldmill
