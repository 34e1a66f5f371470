#include "cli/compare/one_standard_error.h"

#include <algorithm>
#include <cmath>

#include "cli/output/fold_values.h"
#include "cli/output/format.h"
#include "cli/output/shapes.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr const char* kParameters = "n_parameters";
constexpr const char* kEpochTime = "seconds per epoch";

// Mean over the folds of what they reported last.
std::optional<double> reported_cost(const TrialRow& trial, const std::string& metric) {
  std::vector<double> costs;
  for (const FoldRow& fold : trial.folds) {
    if (fold.curve.empty()) continue;
    const auto cost = find_metric(fold.curve.back().metrics, metric);
    if (cost && std::isfinite(*cost)) costs.push_back(*cost);
  }
  return costs.empty() ? std::nullopt : std::optional(mean_of(costs));
}

std::optional<double> parameter_cost(const TrialRow& trial, const std::string& name) {
  const ParameterValue* value = trial.params.find(name);
  if (value == nullptr) return std::nullopt;
  if (const double* number = std::get_if<double>(value)) return *number;
  if (const int64_t* number = std::get_if<int64_t>(value)) return static_cast<double>(*number);
  return std::nullopt;
}

std::optional<double> cost_of(const TrialRow& trial, const std::string& cost) {
  if (cost == kEpochTime)
    return trial.epochs > 0 ? std::optional(trial.seconds / static_cast<double>(trial.epochs))
                            : std::nullopt;
  const auto reported = reported_cost(trial, cost);
  return reported ? reported : parameter_cost(trial, cost);
}

std::string choose_cost(const std::vector<TrialRow>& candidates, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  const bool all = std::all_of(candidates.begin(), candidates.end(), [](const TrialRow& trial) {
    return reported_cost(trial, kParameters).has_value();
  });
  return all ? kParameters : kEpochTime;
}

Status no_cost(const StudySpec& spec, const TrialRow& trial, const std::string& cost) {
  return invalid_argument(
      concat("--cost: trial ", spec.name, "/", trial.number.value, " has no '", cost,
             "'; it takes a metric that the trials report, or a parameter that is a number\n  try: "
             "foldmill trial show ",
             spec.name, "/", trial.number.value, " -o json"));
}

}  // namespace

Status check_rule_applies(const StudySpec& spec) {
  if (!spec.more_objectives.empty())
    return failed_precondition(concat("--one-standard-error: study ", spec.name,
                                      " has several objectives, so there is no one best trial to "
                                      "be near; its front: foldmill best ",
                                      spec.name));
  if (spec.schedule.top > 0)
    return failed_precondition(
        concat("--one-standard-error: the trials of ", spec.name,
               " run one fold each; the best ones have all of theirs in ",
               stage_study_name(spec.name, Stage::kCrossValidate), "\n  try: foldmill best ",
               stage_study_name(spec.name, Stage::kCrossValidate), " --one-standard-error"));
  if (spec.folds_per_trial() == 1)
    return failed_precondition(concat(
        "--one-standard-error: the trials of ", spec.name,
        " have one fold only, which has no standard error\n  with folds: {k: 5} in the study file "
        "each trial is trained on five folds; give that study another name"));
  return ok_status();
}

Result<double> one_standard_error_bound(const StudyRow& study, const TrialRow& best) {
  const StudySpec& spec = study.spec;
  const auto folds = spread_of(spec, best);
  if (!folds)
    return failed_precondition(concat("--one-standard-error: the best trial, ", spec.name, "/",
                                      best.number.value, ", has fewer than two fold values"));
  const bool minimize = spec.objective.direction == Direction::kMinimize;
  return minimize ? *best.value + folds->spread->error : *best.value - folds->spread->error;
}

Result<CheapestTrial> cheapest_trial(const StudyRow& study, const TrialRow& best,
                                     const std::vector<TrialRow>& candidates,
                                     const std::string& cost) {
  CheapestTrial choice;
  choice.best = best;
  FOLDMILL_ASSIGN_OR_RETURN(choice.bound, one_standard_error_bound(study, best));
  choice.error = std::abs(choice.bound - *best.value);
  choice.candidates = static_cast<int64_t>(candidates.size());
  choice.cost = choose_cost(candidates, cost);
  const TrialRow* cheapest = nullptr;
  for (const TrialRow& trial : candidates) {
    const auto own = cost_of(trial, choice.cost);
    if (!own) return no_cost(study.spec, trial, choice.cost);
    if (trial.number == best.number) choice.best_cost = *own;
    const bool leads = cheapest == nullptr || *own < choice.trial_cost ||
                       (*own == choice.trial_cost &&
                        better(*trial.value, *cheapest->value, study.spec.objective.direction));
    if (!leads) continue;
    cheapest = &trial;
    choice.trial_cost = *own;
  }
  if (cheapest == nullptr) return internal_error("the best trial is no candidate");
  choice.trial = *cheapest;
  return choice;
}

std::string describe_choice(const StudySpec& spec, const CheapestTrial& choice) {
  const std::string best = concat(spec.name, "/", choice.best.number.value);
  const std::string within =
      concat("within one standard error (", short_number(choice.error), ") of the best");
  if (choice.candidates == 1)
    return concat(best, " is the best, and no other trial is ", within, ".");
  const std::string rivals = concat("of the ", choice.candidates, " trials that are");
  if (choice.trial.number == choice.best.number)
    return concat(best, " is the best, and ", rivals, " ", within,
                  ", itself among them, it has the least ", choice.cost, ": ",
                  table_text(choice.trial_cost), ".");
  return concat(spec.name, "/", choice.trial.number.value, ", with ", spec.objective.metric, " ",
                short_number(*choice.trial.value), ", is ", within, ", ", best, " with ",
                short_number(*choice.best.value), "; ", rivals, ", it has the least ", choice.cost,
                ": ", table_text(choice.trial_cost), ", against ", table_text(choice.best_cost),
                " of the best.");
}

Json choice_json(const StudySpec& spec, const CheapestTrial& choice) {
  return {{"schema", "choice/v1"},
          {"study", spec.name},
          {"rule", "one_standard_error"},
          {"best", choice.best.number.value},
          {"best_value", json_number(choice.best.value)},
          {"error", json_number(choice.error)},
          {"bound", json_number(choice.bound)},
          {"candidates", choice.candidates},
          {"cost", choice.cost},
          {"best_cost", json_number(choice.best_cost)},
          {"trial_cost", json_number(choice.trial_cost)},
          {"why", describe_choice(spec, choice)},
          {"trial", trial_json(spec, choice.trial)}};
}

}  // namespace foldmill::cli
