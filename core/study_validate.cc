#include <algorithm>

#include "core/study.h"
#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill {

using namespace study_checks;

namespace {

constexpr int kMaxFolds = 100;
constexpr size_t kMaxNameLength = 128;
constexpr int64_t kMaxTimeoutSeconds = 315'360'000;  // ten years; clocks overflow later

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
  FOLDMILL_RETURN_IF_ERROR(check_model(*this));
  FOLDMILL_RETURN_IF_ERROR(check_params(*this));
  FOLDMILL_RETURN_IF_ERROR(check_objective(*this));
  FOLDMILL_RETURN_IF_ERROR(check_training(*this));
  FOLDMILL_RETURN_IF_ERROR(check_sampler(*this));
  FOLDMILL_RETURN_IF_ERROR(check_folds(*this));
  FOLDMILL_RETURN_IF_ERROR(check_pruning(*this));
  FOLDMILL_RETURN_IF_ERROR(check_budget(*this));
  FOLDMILL_RETURN_IF_ERROR(check_enqueue(*this));
  return check_resources(resources);
}

}  // namespace foldmill
