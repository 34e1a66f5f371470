#include <algorithm>
#include <cmath>

#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill {

using namespace study_checks;

namespace {

std::string path_of(std::string_view option) { return concat("pruning.", option); }

struct PruningOption {
  std::string_view name;
  std::vector<std::string> types;  // that have it
  bool (*is_default)(const PruningSpec&);
};

template <auto kMember>
bool left_alone(const PruningSpec& pruning) {
  return pruning.*kMember == PruningSpec().*kMember;
}

const std::vector<PruningOption>& pruning_options() {
  using P = PruningSpec;
  static const std::vector<PruningOption> kOptions{
      {"warmup_trials", {"median", "percentile"}, left_alone<&P::warmup_trials>},
      {"warmup_epochs", {"median", "percentile", "threshold"}, left_alone<&P::warmup_epochs>},
      {"interval", {"median", "percentile", "threshold"}, left_alone<&P::interval>},
      {"min_peers", {"median", "percentile", "asha", "hyperband"}, left_alone<&P::min_peers>},
      {"percentile", {"percentile"}, left_alone<&P::percentile>},
      {"min_epochs", {"asha", "hyperband"}, left_alone<&P::min_epochs>},
      {"reduction_factor", {"asha", "hyperband"}, left_alone<&P::reduction_factor>},
      {"patience", {"patient"}, left_alone<&P::patience>},
      {"min_delta", {"patient"}, left_alone<&P::min_delta>},
      {"around", {"patient"}, left_alone<&P::around>},
      {"lower", {"threshold"}, left_alone<&P::lower>},
      {"upper", {"threshold"}, left_alone<&P::upper>},
      {"confidence", {"race"}, left_alone<&P::confidence>},
      {"min_folds", {"race"}, left_alone<&P::min_folds>}};
  return kOptions;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// An option of another type would silently do nothing.
Status check_options_belong(const PruningSpec& pruning) {
  for (const PruningOption& option : pruning_options())
    if (!contains(option.types, pruning.type) && !contains(option.types, pruning.around) &&
        !option.is_default(pruning))
      return invalid_argument(concat(path_of(option.name), ": is an option of ",
                                     join(option.types, ", "), ", not of ", pruning.type,
                                     "; leave it out"));
  return ok_status();
}

Status check_peers(const PruningSpec& pruning) {
  FOLDMILL_RETURN_IF_ERROR(check_at_least(path_of("warmup_trials"), pruning.warmup_trials, 0));
  FOLDMILL_RETURN_IF_ERROR(check_at_least(path_of("warmup_epochs"), pruning.warmup_epochs, 0));
  FOLDMILL_RETURN_IF_ERROR(check_at_least(path_of("interval"), pruning.interval, 1));
  FOLDMILL_RETURN_IF_ERROR(check_at_least(path_of("min_peers"), pruning.min_peers, 1));
  if (pruning.percentile >= 0 && pruning.percentile <= 100) return ok_status();
  return invalid_argument(concat(path_of("percentile"), ": must lie between 0 and 100, got ",
                                 format_number(pruning.percentile)));
}

Status check_halving(const PruningSpec& pruning) {
  FOLDMILL_RETURN_IF_ERROR(check_at_least(path_of("min_epochs"), pruning.min_epochs, 1));
  return check_at_least(path_of("reduction_factor"), pruning.reduction_factor, 2);
}

Status check_patient(const PruningSpec& pruning) {
  FOLDMILL_RETURN_IF_ERROR(check_at_least(path_of("patience"), pruning.patience, 0));
  if (!(pruning.min_delta >= 0 && std::isfinite(pruning.min_delta)))
    return invalid_argument(concat(path_of("min_delta"), ": must be a number, 0 or more, got ",
                                   format_number(pruning.min_delta)));
  if (pruning.around.empty()) return ok_status();
  return check_word(path_of("around"), pruning.around, wrapped_pruning_types());
}

Status check_threshold(const PruningSpec& pruning) {
  if (!pruning.lower && !pruning.upper && contains({pruning.type, pruning.around}, "threshold"))
    return invalid_argument(
        concat(path_of("type"), ": threshold needs a bound; add lower: or upper:"));
  for (const auto& [name, bound] : {std::pair("lower", pruning.lower), {"upper", pruning.upper}})
    if (bound && !std::isfinite(*bound))
      return invalid_argument(
          concat(path_of(name), ": must be a finite number, got ", format_number(*bound)));
  if (!pruning.lower || !pruning.upper || *pruning.lower <= *pruning.upper) return ok_status();
  return invalid_argument(concat(path_of("lower"), ": ", format_number(*pruning.lower),
                                 " is above upper, ", format_number(*pruning.upper)));
}

Status check_race(const PruningSpec& pruning) {
  FOLDMILL_RETURN_IF_ERROR(check_at_least(path_of("min_folds"), pruning.min_folds, 2));
  if (pruning.confidence > 0 && pruning.confidence < 1) return ok_status();
  return invalid_argument(concat(path_of("confidence"), ": must lie between 0 and 1, got ",
                                 format_number(pruning.confidence)));
}

}  // namespace

const std::vector<std::string>& pruning_types() {
  static const std::vector<std::string> kTypes{"none",      "median",  "percentile", "asha",
                                               "hyperband", "patient", "threshold",  "race"};
  return kTypes;
}

const std::vector<std::string>& wrapped_pruning_types() {
  static const std::vector<std::string> kTypes{"median", "percentile", "asha", "hyperband",
                                               "threshold"};
  return kTypes;
}

Status PruningSpec::validate() const {
  FOLDMILL_RETURN_IF_ERROR(check_word(path_of("type"), type, pruning_types()));
  FOLDMILL_RETURN_IF_ERROR(check_options_belong(*this));
  FOLDMILL_RETURN_IF_ERROR(check_peers(*this));
  FOLDMILL_RETURN_IF_ERROR(check_halving(*this));
  FOLDMILL_RETURN_IF_ERROR(check_patient(*this));
  FOLDMILL_RETURN_IF_ERROR(check_threshold(*this));
  return check_race(*this);
}

Status study_checks::check_pruning(const StudySpec& spec) {
  const PruningSpec& pruning = spec.pruning;
  FOLDMILL_RETURN_IF_ERROR(pruning.validate());
  if (pruning.type == "race" && pruning.min_folds >= spec.folds_per_trial())
    return invalid_argument(concat(
        path_of("type"), ": race compares trials after ", pruning.min_folds,
        " or more of their folds; with ", spec.folds_per_trial(), " there is none left to save"));
  if (pruning.min_epochs > spec.max_epochs())
    return invalid_argument(concat(path_of("min_epochs"), ": ", pruning.min_epochs,
                                   " is more than the ", spec.max_epochs(),
                                   " epochs of a trial: nothing would be pruned"));
  return ok_status();
}

}  // namespace foldmill
