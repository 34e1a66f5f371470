#include <algorithm>

#include "core/study.h"
#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill {

using namespace study_checks;

namespace {

constexpr int kMaxSlots = 1024;
constexpr int64_t kMaxGpuMemoryMib = int64_t{1} << 30;
constexpr int kMaxPriority = 1000;
constexpr size_t kMaxNameLength = 128;
constexpr int64_t kMaxTimeoutSeconds = 315'360'000;  // ten years; clocks overflow later

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// A stage's name is its search's, the separator, and which stage: made by stage_study_name().
Status check_stage_name(const StudySpec& spec) {
  if (spec.name == stage_study_name(spec.origin->study, spec.origin->stage)) return ok_status();
  return invalid_argument(concat("name: '", spec.name, "' is not that of the stage ",
                                 to_string(spec.origin->stage), " of ", spec.origin->study));
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
  FOLDMILL_RETURN_IF_ERROR(check_within("resources.slots", resources.slots, 1, kMaxSlots));
  FOLDMILL_RETURN_IF_ERROR(
      check_within("resources.gpu_memory", resources.gpu_memory_mib, 0, kMaxGpuMemoryMib));
  FOLDMILL_RETURN_IF_ERROR(
      check_within("resources.priority", resources.priority, -kMaxPriority, kMaxPriority));
  return check_at_least("resources.checkpoint.every_epochs", resources.checkpoint_every_epochs, 1);
}

}  // namespace

Status StudySpec::validate() const {
  FOLDMILL_RETURN_IF_ERROR(check_name(origin ? origin->study : name));
  if (origin) FOLDMILL_RETURN_IF_ERROR(check_stage_name(*this));
  FOLDMILL_RETURN_IF_ERROR(check_data(data, model));
  FOLDMILL_RETURN_IF_ERROR(check_model(*this));
  FOLDMILL_RETURN_IF_ERROR(check_params(*this));
  FOLDMILL_RETURN_IF_ERROR(check_objective(*this));
  FOLDMILL_RETURN_IF_ERROR(check_training(*this));
  FOLDMILL_RETURN_IF_ERROR(check_sampler(*this));
  FOLDMILL_RETURN_IF_ERROR(check_pruning(*this));
  FOLDMILL_RETURN_IF_ERROR(check_folds(*this));
  FOLDMILL_RETURN_IF_ERROR(check_budget(*this));
  FOLDMILL_RETURN_IF_ERROR(check_enqueue(*this));
  return check_resources(resources);
}

}  // namespace foldmill
