#include "core/model_spec.h"

#include "core/enum_names.h"
#include "core/text.h"

namespace foldmill {
namespace {

using Names = std::vector<std::string>;

constexpr EnumNames<Target, 2> kTargets{{{Target::kInput, "input"}, {Target::kUnit, "unit"}}};

// Of the network itself: the same whatever images it is judged on.
constexpr std::string_view kSize = "n_parameters";

// What the study file and the trainer have to know of a type before its knobs.
struct TypeInfo {
  Names variants;
  Names judged;   // metrics of a pass over validation images, the natural objective first
  Names trained;  // metrics of a training pass
  bool natural_metric = false;
};

const std::map<std::string, TypeInfo, std::less<>>& types() {
  static const Names kConvolutional = {"conv3", "conv4", "scaled"};
  static const std::map<std::string, TypeInfo, std::less<>> kTypes = {
      {"cae", {kConvolutional, {"val_loss", "val_mse_unit"}, {"train_loss"}, true}},
      {"vae",
       {kConvolutional,
        {"val_loss", "val_reconstruction", "val_kl", "val_mse_unit"},
        {"train_loss"},
        true}},
      {"dae", {kConvolutional, {"val_loss", "val_mse_unit"}, {"train_loss"}, true}},
      {"classifier",
       {kConvolutional, {"val_loss", "val_accuracy"}, {"train_loss", "train_accuracy"}, true}},
      {"gan", {{"mlp"}, {"frechet_distance"}, {"d_loss", "g_loss"}, false}},
      {"command", {}},
      {"external", {}}};
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

std::vector<std::string> metrics_of(std::string_view model_type, JudgedOn judged_on) {
  const TypeInfo& info = type_info(model_type);
  Names names;
  if (judged_on == JudgedOn::kValidation) names = info.judged;
  if (judged_on == JudgedOn::kTest)
    for (const std::string& metric : info.judged) names.push_back(test_metric(metric));
  else
    names.insert(names.end(), info.trained.begin(), info.trained.end());
  if (!names.empty()) names.emplace_back(kSize);
  return names;
}

std::string test_metric(std::string_view metric) {
  constexpr std::string_view kTest = "test_";
  if (metric == kSize || metric.starts_with(kTest)) return std::string(metric);
  for (const std::string_view prefix : {"val_", "train_"})
    if (metric.starts_with(prefix)) metric.remove_prefix(prefix.size());
  return concat(kTest, metric);
}

bool has_natural_metric(std::string_view model_type) {
  return type_info(model_type).natural_metric;
}

}  // namespace foldmill
