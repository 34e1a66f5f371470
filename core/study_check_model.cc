#include <algorithm>
#include <cmath>
#include <map>

#include "core/knob.h"
#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill::study_checks {
namespace {

constexpr int64_t kMaxClasses = 1'000;  // its confusion matrix has their square

// What data.path has to name; empty for a set that every worker can find by itself.
std::string_view path_wanted(std::string_view dataset) {
  static const std::map<std::string_view, std::string_view> kWanted = {
      {"idx", "the directory or file prefix"},
      {"npy", "the .npy or .npz file or their directory"},
      {"image-folder", "the directory that has one folder of images per class"},
      {"csv", "the file that has a line of pixels per image"}};
  const auto found = kWanted.find(dataset);
  return found == kWanted.end() ? std::string_view() : found->second;
}

bool is_autoencoder(const ModelSpec& model) {
  return model.type == "cae" || model.type == "vae" || model.type == "dae";
}

Status check_normalize(const DataSpec& data) {
  if (data.normalize != Normalize::kGiven) return ok_status();
  if (!std::isfinite(data.mean))
    return invalid_argument(
        concat("data.normalize.mean: must be a finite number, got ", format_number(data.mean)));
  if (std::isfinite(data.stddev) && data.stddev > 0) return ok_status();
  return invalid_argument(
      concat("data.normalize.std: must be a positive number, got ", format_number(data.stddev)));
}

Status check_command(const ModelSpec& model) {
  if (!model.variant.empty())
    return invalid_argument("model.variant: type 'command' has none; remove it");
  if (model.command.empty() || model.command.front().empty())
    return invalid_argument(
        "model.run: type 'command' needs the program, for example [python3, train.py]");
  return ok_status();
}

// What is for workers would be ignored.
Status check_outside(const StudySpec& spec) {
  const ModelSpec& model = spec.model;
  if (!model.variant.empty() || !model.command.empty() || !model.workdir.empty() ||
      !model.env.empty())
    return invalid_argument("model: type 'external' has no other keys; remove them");
  if (!spec.resources.labels.empty())
    return invalid_argument(
        "resources.labels: they choose workers, and type 'external' is not trained by any; remove "
        "them");
  return ok_status();
}

Status check_encoder(const EncoderSource& encoder, const StudySpec& spec) {
  if (spec.model.type != "classifier")
    return invalid_argument("model.encoder: only type 'classifier' has it; remove it");
  if (encoder.study.empty() == encoder.file.empty())
    return invalid_argument(
        "model.encoder: name one source, either from: {study: NAME} or file: PATH");
  if (encoder.artifact && encoder.study.empty())
    return invalid_argument("model.encoder: a file has no stored weights beside it");
  if (!encoder.file.empty() && encoder.file.front() != '/')
    return invalid_argument(
        concat("model.encoder.file: '", encoder.file,
               "' is relative, to a directory that differs "
               "from worker to worker; write the whole path, beginning with /"));
  if (encoder.study == spec.name)
    return invalid_argument(
        concat("model.encoder.from.study: '", encoder.study, "' is this very study; name another"));
  const std::optional<int64_t> number = parse_int(encoder.trial);
  if (encoder.trial == "best" || encoder.trial == "final" || (number && *number >= 0))
    return ok_status();
  return invalid_argument(
      concat("model.encoder.from.trial: must be best, final or a trial's number, got '",
             encoder.trial, "'"));
}

bool is_possible(const StudySpec& spec, std::string_view name, std::string_view word) {
  const std::vector<ParameterValue> values = possible_values(spec, name);
  return std::any_of(values.begin(), values.end(),
                     [&](const ParameterValue& value) { return to_string(value) == word; });
}

// Binary cross-entropy is a logarithm of its output, and wants probabilities on both sides.
Status check_cross_entropy(const StudySpec& spec) {
  if (!is_possible(spec, "loss", "bce")) return ok_status();
  if (possible_values(spec, "output_activation") !=
      std::vector<ParameterValue>{std::string("sigmoid")})
    return invalid_argument(
        "params.loss: bce wants outputs between 0 and 1; add output_activation: sigmoid");
  if (spec.model.target == Target::kUnit || spec.data.normalize == Normalize::kUnit)
    return ok_status();
  return invalid_argument(
      "params.loss: bce wants a target between 0 and 1; add target: unit under model, or "
      "normalize: unit under data");
}

bool has_goal(const StudySpec& spec, std::string_view metric) {
  const std::vector<Goal> goals = spec.goals();
  return std::any_of(goals.begin(), goals.end(),
                     [&](const Goal& goal) { return goal.metric == metric; });
}

Status check_searched_loss(const StudySpec& spec) {
  if (!spec.space.index_of("loss")) return ok_status();
  for (const Goal& goal : spec.goals())
    if (goal.metric != "val_mse_unit")
      return invalid_argument(concat("objective.metric: '", goal.metric,
                                     "' of one loss cannot be compared with that of another while "
                                     "params.loss is searched; use val_mse_unit"));
  return ok_status();
}

// What makes the loss easier is no hyperparameter of it: searched, it becomes as easy as it may.
Status check_searched_task(const StudySpec& spec) {
  for (const std::string_view name : {"noise", "noise_sigma", "noise_p"})
    if (spec.space.index_of(name))
      return invalid_argument(
          concat("params.", name,
                 ": the noise is the task; searched, it would only become as weak "
                 "as it may. Set it to a constant"));
  if (!spec.space.index_of("kl_weight") || !has_goal(spec, "val_loss")) return ok_status();
  return invalid_argument(
      "objective.metric: val_loss is smallest for the smallest params.kl_weight; judge by "
      "val_reconstruction, val_kl or val_mse_unit, or set kl_weight to a constant");
}

double largest(const std::vector<ParameterValue>& values) {
  double most = 0;
  for (const ParameterValue& value : values) most = std::max(most, as_double(value).value_or(0));
  return most;
}

// Whether `parameter` is there only for trials whose optimizer is sgd.
bool is_for_sgd_alone(const SearchParameter& parameter) {
  return std::any_of(parameter.when.begin(), parameter.when.end(), [](const Condition& condition) {
    return condition.parent == "optimizer" && condition.any_of.size() == 1 &&
           to_string(condition.any_of.front()) == "sgd";
  });
}

Status check_nesterov(const StudySpec& spec) {
  if (!is_possible(spec, "nesterov", "true")) return ok_status();
  const std::optional<size_t> searched = spec.space.index_of("nesterov");
  const bool only_sgd =
      possible_values(spec, "optimizer").size() == 1 && is_possible(spec, "optimizer", "sgd");
  if (!only_sgd && !(searched && is_for_sgd_alone(spec.space.parameters()[*searched])))
    return invalid_argument(
        "params.nesterov: it is of optimizer sgd alone; set optimizer: sgd, or write "
        "nesterov: {bool: any, when: {optimizer: sgd}}");
  if (largest(possible_values(spec, "momentum")) > 0) return ok_status();
  return invalid_argument("params.nesterov: it wants momentum; add for example momentum: 0.9");
}

}  // namespace

Status check_data(const DataSpec& data, const ModelSpec& model) {
  if (data.dataset.empty() && is_users_code(model)) return ok_status();  // it brings its own
  if (is_trained_outside(model))
    return invalid_argument(
        "data.dataset: a loop outside reads its own data, type 'external' hands it none; remove "
        "it");
  FOLDMILL_RETURN_IF_ERROR(check_word("data.dataset", data.dataset, dataset_names()));
  if (const std::string_view wanted = path_wanted(data.dataset);
      data.path.empty() && !wanted.empty())
    return invalid_argument(concat("data.path: dataset '", data.dataset, "' needs ", wanted));
  FOLDMILL_RETURN_IF_ERROR(check_normalize(data));
  if (data.subset_train)
    FOLDMILL_RETURN_IF_ERROR(check_at_least("data.subset.train", *data.subset_train, 1));
  return ok_status();
}

Status check_model(const StudySpec& spec) {
  const ModelSpec& model = spec.model;
  FOLDMILL_RETURN_IF_ERROR(check_word("model.type", model.type, model_types()));
  if (model.encoder) FOLDMILL_RETURN_IF_ERROR(check_encoder(*model.encoder, spec));
  if (model.target != Target::kInput && !is_autoencoder(model))
    return invalid_argument("model.target: only the types cae, vae and dae have it; remove it");
  if (model.type == "command") return check_command(model);
  if (is_trained_outside(model)) return check_outside(spec);
  if (!model.command.empty())
    return invalid_argument("model.run: only type 'command' has it; remove it");
  FOLDMILL_RETURN_IF_ERROR(check_within("model.classes", model.classes, 2, kMaxClasses));
  FOLDMILL_RETURN_IF_ERROR(check_word("model.variant", model.variant, variants_of(model.type)));
  if (model.type == "gan" && spec.data.normalize != Normalize::kSymmetric)
    return invalid_argument(
        concat("data.normalize: a gan's generator ends in tanh, whose values lie between -1 and 1, "
               "so it wants symmetric, got ",
               to_string(spec.data.normalize), "; write normalize: symmetric"));
  return ok_status();
}

Status check_training(const StudySpec& spec) {
  if (is_users_code(spec.model)) return ok_status();  // its names are its own affair
  FOLDMILL_RETURN_IF_ERROR(check_effect(spec));
  FOLDMILL_RETURN_IF_ERROR(check_cross_entropy(spec));
  FOLDMILL_RETURN_IF_ERROR(check_searched_loss(spec));
  FOLDMILL_RETURN_IF_ERROR(check_searched_task(spec));
  return check_nesterov(spec);
}

}  // namespace foldmill::study_checks
