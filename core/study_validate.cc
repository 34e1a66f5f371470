#include <algorithm>
#include <cmath>

#include "core/knob.h"
#include "core/study.h"
#include "core/text.h"

namespace foldmill {
namespace {

constexpr int kMaxFolds = 100;
constexpr size_t kMaxNameLength = 128;
constexpr int64_t kMaxCandidates = 100'000;          // they are all held in memory
constexpr int64_t kMaxTimeoutSeconds = 315'360'000;  // ten years; clocks overflow later

// "'tpa' is not a …; did you mean 'tpe'?" or, when nothing is near, all that is allowed.
Status unknown_word(std::string_view where, std::string_view word,
                    const std::vector<std::string>& allowed) {
  const std::optional<std::string> match = closest_match(word, allowed);
  return invalid_argument(concat(where, ": '", word, "' is not known; ",
                                 match ? concat("did you mean '", *match, "'?")
                                       : concat("choose one of ", join(allowed, ", "))));
}

Status check_word(std::string_view where, const std::string& word,
                  const std::vector<std::string>& allowed) {
  if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return ok_status();
  return unknown_word(where, word, allowed);
}

Status check_at_least(std::string_view where, int64_t value, int64_t least) {
  if (value >= least) return ok_status();
  return invalid_argument(concat(where, ": must be at least ", least, ", got ", value));
}

Status check_within(std::string_view where, int64_t value, int64_t least, int64_t most) {
  if (value <= most) return check_at_least(where, value, least);
  return invalid_argument(concat(where, ": must be at most ", most, ", got ", value));
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

Status check_name(const std::string& name) {
  if (name.empty()) return invalid_argument("name: a study needs one; add `name: my-study`");
  if (name.size() > kMaxNameLength)
    return invalid_argument(
        concat("name: ", name.size(), " characters; use at most ", kMaxNameLength));
  const auto bad = std::find_if_not(name.begin(), name.end(), is_name_character);
  if (bad != name.end())
    return invalid_argument(concat("name: '", name, "' has the character '", *bad,
                                   "'; use letters, digits, '.', '_' and '-'"));
  return ok_status();
}

Status check_data(const DataSpec& data, const ModelSpec& model) {
  if (data.dataset.empty() && model.type == "command") return ok_status();  // it brings its own
  FOLDMILL_RETURN_IF_ERROR(
      check_word("data.dataset", data.dataset, {"fashion-mnist", "mnist", "idx"}));
  if (data.dataset == "idx" && data.path.empty())
    return invalid_argument("data.path: dataset 'idx' needs the directory or file prefix");
  if (data.subset_train)
    FOLDMILL_RETURN_IF_ERROR(check_at_least("data.subset.train", *data.subset_train, 1));
  return ok_status();
}

Status check_model(const ModelSpec& model) {
  FOLDMILL_RETURN_IF_ERROR(check_word("model.type", model.type, {"cae", "command"}));
  if (model.type == "cae") {
    if (!model.command.empty())
      return invalid_argument("model.run: only type 'command' has it; remove it");
    return check_word("model.variant", model.variant, {"conv3"});
  }
  if (!model.variant.empty())
    return invalid_argument("model.variant: type 'command' has none; remove it");
  if (model.command.empty() || model.command.front().empty())
    return invalid_argument(
        "model.run: type 'command' needs the program, for example [python3, train.py]");
  return ok_status();
}

std::vector<std::string> choices_of(const KnobInfo& knob) {
  return {knob.choices.begin(), knob.choices.end()};
}

std::string allowed_by(const KnobInfo& knob) {
  const std::string limits =
      concat("[", format_number(knob.low), ", ", format_number(knob.high), "]");
  switch (knob.kind) {
    case KnobInfo::Kind::kInt:
      return concat("an integer in ", limits);
    case KnobInfo::Kind::kFloat:
      return concat("a number in ", limits);
    case KnobInfo::Kind::kChoice:
      return concat("one of ", join(choices_of(knob), ", "));
    case KnobInfo::Kind::kBool:
      return "true or false";
  }
  return {};
}

bool allows(const KnobInfo& knob, const ParameterValue& value) {
  const auto within = [&](double number) { return number >= knob.low && number <= knob.high; };
  const auto* whole = std::get_if<int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  const auto* word = std::get_if<std::string>(&value);
  switch (knob.kind) {
    case KnobInfo::Kind::kInt:
      return whole != nullptr && within(static_cast<double>(*whole));
    case KnobInfo::Kind::kFloat:
      return (whole != nullptr || real != nullptr) && within(*as_double(value));
    case KnobInfo::Kind::kChoice:
      return word != nullptr &&
             std::find(knob.choices.begin(), knob.choices.end(), *word) != knob.choices.end();
    case KnobInfo::Kind::kBool:
      return std::holds_alternative<bool>(value);
  }
  return false;
}

// `written` is what the message shows: the value itself or the range that it stands for.
Status check_knob_value(const KnobInfo& knob, const ParameterValue& value,
                        const std::string& written) {
  if (allows(knob, value)) return ok_status();
  const std::string where = concat("params.", knob.name);
  const auto* word = std::get_if<std::string>(&value);
  if (knob.kind == KnobInfo::Kind::kChoice && word != nullptr)
    return unknown_word(where, *word, choices_of(knob));
  return invalid_argument(concat(where, ": must be ", allowed_by(knob), ", got ", written));
}

// The values that stand for a whole range: its ends, or every choice.
std::vector<ParameterValue> corners_of(const Distribution& range) {
  if (const auto* choice = range.as_categorical()) return choice->choices;
  if (const auto* whole = range.as_int()) return {whole->low, whole->high};
  return {range.as_float()->low, range.as_float()->high};
}

Status check_knob_range(const KnobInfo& knob, const Distribution& range) {
  for (const ParameterValue& value : corners_of(range))
    FOLDMILL_RETURN_IF_ERROR(check_knob_value(knob, value, range.describe()));
  return ok_status();
}

Result<const KnobInfo*> find_knob(const ModelSpec& model, std::string_view name) {
  std::vector<std::string> names;
  for (const KnobInfo& knob : knobs_of(model)) {
    if (knob.name == name) return &knob;
    names.emplace_back(knob.name);
  }
  return unknown_word(concat("params of model '", model.type, "'"), name, names);
}

Status check_knobs(const StudySpec& spec) {
  for (const auto& [name, value] : spec.constants) {
    FOLDMILL_ASSIGN_OR_RETURN(const KnobInfo* knob, find_knob(spec.model, name));
    FOLDMILL_RETURN_IF_ERROR(check_knob_value(*knob, value, to_string(value)));
  }
  for (const SearchParameter& parameter : spec.space.parameters()) {
    FOLDMILL_ASSIGN_OR_RETURN(const KnobInfo* knob, find_knob(spec.model, parameter.name));
    FOLDMILL_RETURN_IF_ERROR(check_knob_range(*knob, parameter.distribution));
  }
  return ok_status();
}

// A trial trains for a whole number of epochs from 1 on, whatever the model.
Status check_epochs(const StudySpec& spec) {
  const KnobInfo& knob = epochs_knob();
  if (const ParameterValue* constant = spec.constants.find(knob.name))
    return check_knob_value(knob, *constant, to_string(*constant));
  const std::optional<size_t> index = spec.space.index_of(knob.name);
  if (!index) return invalid_argument("params.epochs: missing; add for example `epochs: 20`");
  const SearchParameter& parameter = spec.space.parameters()[*index];
  if (!parameter.when.empty())
    return invalid_argument("params.epochs: every trial needs it; remove its `when`");
  return check_knob_range(knob, parameter.distribution);
}

Status check_params(const StudySpec& spec) {
  for (const SearchParameter& parameter : spec.space.parameters())
    if (spec.constants.contains(parameter.name))
      return invalid_argument(
          concat("params.", parameter.name, ": both a constant and a range; keep one of them"));
  FOLDMILL_RETURN_IF_ERROR(check_epochs(spec));
  return spec.model.type == "command" ? ok_status() : check_knobs(spec);
}

Status check_objective(const StudySpec& spec) {
  const std::string& metric = spec.objective.metric;
  if (metric.empty())
    return invalid_argument("objective.metric: name the metric that the study is about");
  if (spec.model.type == "command") return ok_status();
  return check_word("objective.metric", metric, {"val_loss", "val_mse_unit", "train_loss"});
}

Status check_sampler(const SamplerSpec& sampler) {
  FOLDMILL_RETURN_IF_ERROR(check_word("search.sampler.type", sampler.type, {"tpe", "random"}));
  FOLDMILL_RETURN_IF_ERROR(
      check_at_least("search.sampler.startup_trials", sampler.startup_trials, 1));
  FOLDMILL_RETURN_IF_ERROR(
      check_within("search.sampler.candidates", sampler.candidates, 1, kMaxCandidates));
  if (std::isfinite(sampler.prior_weight) && sampler.prior_weight > 0) return ok_status();
  return invalid_argument(concat("search.sampler.prior_weight: must be a positive number, got ",
                                 format_number(sampler.prior_weight)));
}

Status check_pruning(const PruningSpec& pruning) {
  FOLDMILL_RETURN_IF_ERROR(check_word("pruning.type", pruning.type, {"none", "median"}));
  FOLDMILL_RETURN_IF_ERROR(check_at_least("pruning.warmup_trials", pruning.warmup_trials, 0));
  FOLDMILL_RETURN_IF_ERROR(check_at_least("pruning.warmup_epochs", pruning.warmup_epochs, 0));
  FOLDMILL_RETURN_IF_ERROR(check_at_least("pruning.interval", pruning.interval, 1));
  return check_at_least("pruning.min_peers", pruning.min_peers, 1);
}

Status check_folds(const StudySpec& spec) {
  const FoldPlan& folds = spec.folds;
  FOLDMILL_RETURN_IF_ERROR(check_at_least("folds.k", folds.k, 1));
  if (folds.k > kMaxFolds)
    return invalid_argument(concat("folds.k: must be at most ", kMaxFolds, ", got ", folds.k));
  if (!(folds.validation_fraction > 0 && folds.validation_fraction < 1))
    return invalid_argument(concat("data.validation.fraction: must lie between 0 and 1, got ",
                                   format_number(folds.validation_fraction)));
  if (folds.seed != spec.seed)
    return invalid_argument(
        concat("folds.seed: must be the study's seed ", spec.seed, ", got ", folds.seed));
  return ok_status();
}

Status check_budget(const StudySpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(check_within("search.trials", spec.trials, 1, kMaxTrials));
  if (spec.timeout_seconds)
    FOLDMILL_RETURN_IF_ERROR(
        check_within("search.timeout", *spec.timeout_seconds, 1, kMaxTimeoutSeconds));
  if (spec.parallel) FOLDMILL_RETURN_IF_ERROR(check_at_least("search.parallel", *spec.parallel, 1));
  return ok_status();
}

Status check_enqueue(const StudySpec& spec) {
  for (size_t i = 0; i < spec.enqueue.size(); ++i) {
    const std::string where = concat("search.enqueue[", i + 1, "]");
    for (const auto& [name, value] : spec.enqueue[i])
      if (spec.constants.contains(name))
        return invalid_argument(concat(where, ": '", name, "' is a constant; leave it out"));
    FOLDMILL_RETURN_IF_ERROR(spec.space.validate_partial(spec.enqueue[i]).with_context(where));
  }
  return ok_status();
}

Status check_resources(const ResourceSpec& resources) {
  for (const auto& [key, value] : resources.labels)
    if (key.empty() || !std::all_of(key.begin(), key.end(), is_name_character))
      return invalid_argument(concat("resources.labels: '", key,
                                     "' is not a label; use letters, digits, '.', '_' and '-'"));
  const RetrySpec& retries = resources.retries;
  FOLDMILL_RETURN_IF_ERROR(check_at_least("resources.retries.worker_lost", retries.worker_lost, 0));
  FOLDMILL_RETURN_IF_ERROR(
      check_at_least("resources.retries.out_of_memory", retries.out_of_memory, 0));
  FOLDMILL_RETURN_IF_ERROR(check_at_least("resources.retries.error", retries.error, 0));
  return check_at_least("resources.checkpoint.every_epochs", resources.checkpoint_every_epochs, 1);
}

}  // namespace

Status StudySpec::validate() const {
  FOLDMILL_RETURN_IF_ERROR(check_name(name));
  FOLDMILL_RETURN_IF_ERROR(check_data(data, model));
  FOLDMILL_RETURN_IF_ERROR(check_model(model));
  FOLDMILL_RETURN_IF_ERROR(check_params(*this));
  FOLDMILL_RETURN_IF_ERROR(check_objective(*this));
  FOLDMILL_RETURN_IF_ERROR(check_sampler(sampler));
  FOLDMILL_RETURN_IF_ERROR(check_pruning(pruning));
  FOLDMILL_RETURN_IF_ERROR(check_folds(*this));
  FOLDMILL_RETURN_IF_ERROR(check_budget(*this));
  FOLDMILL_RETURN_IF_ERROR(check_enqueue(*this));
  return check_resources(resources);
}

}  // namespace foldmill
