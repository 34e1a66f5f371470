#include "cli/compare/comparison.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/learning_curve.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

Status check_trials(const FoundTrial& a, const FoundTrial& b) {
  if (a.study.id == b.study.id && a.trial.number == b.trial.number)
    return invalid_argument(concat(name_of(a), " is compared with itself; name two trials"));
  for (const FoundTrial* each : {&a, &b})
    if (!is_finished(each->trial.state))
      return failed_precondition(concat(name_of(*each), " is still ", to_string(each->trial.state),
                                        "\n  try: foldmill watch ", each->study.spec.name));
  return ok_status();
}

// The metric of one fold, of the epoch that the fold's value is of.
std::optional<double> value_in_fold(const StudySpec& spec, const FoldRow& fold,
                                    const std::string& metric) {
  if (metric == spec.objective.metric) return fold.value;
  LearningCurve curve;
  for (const EpochRow& epoch : fold.curve) curve.append(epoch.value);
  const int64_t taken = curve.taken_epoch(spec.objective.take, spec.objective.direction);
  if (taken < 1) return std::nullopt;
  return find_metric(fold.curve[static_cast<size_t>(taken - 1)].metrics, metric);
}

std::map<FoldIndex, double> values_by_fold(const FoundTrial& found, const std::string& metric) {
  std::map<FoldIndex, double> values;
  for (const FoldRow& fold : found.trial.folds) {
    if (fold.state != FoldState::kCompleted) continue;
    const auto value = value_in_fold(found.study.spec, fold, metric);
    if (value && std::isfinite(*value)) values[fold.fold] = *value;
  }
  return values;
}

std::vector<std::string> reported_metrics(const FoundTrial& found) {
  std::vector<std::string> names;
  for (const FoldRow& fold : found.trial.folds)
    for (const EpochRow& epoch : fold.curve)
      for (const auto& [name, value] : epoch.metrics)
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

Status check_reported(const FoundTrial& found, const std::string& metric) {
  const std::vector<std::string> names = reported_metrics(found);
  if (metric == found.study.spec.objective.metric ||
      std::find(names.begin(), names.end(), metric) != names.end())
    return ok_status();
  return invalid_argument(concat("--metric: ", name_of(found), " has not reported '", metric,
                                 "'\n  it has: ", join(names, ", ")));
}

Status too_few_folds(const FoundTrial& a, const FoundTrial& b, size_t common) {
  const std::string what =
      concat(name_of(a), " and ", name_of(b), " have ", common, common == 1 ? " fold" : " folds",
             " in common that both completed, and a comparison needs two at "
             "least");
  return failed_precondition(
      a.study.spec.folds_per_trial() == 1
          ? concat(what,
                   "\n  its trials run a single fold; with folds: {k: 5} in the file "
                   "each trial is trained five times")
          : concat(what, "\n  what they have: foldmill folds show ", name_of(a),
                   " and foldmill folds show ", name_of(b)));
}

std::optional<Direction> direction_of(const StudySpec& a, const StudySpec& b,
                                      const std::string& metric) {
  for (const StudySpec* spec : {&a, &b})
    for (const Goal& goal : spec->goals())
      if (goal.metric == metric) return goal.direction;
  return std::nullopt;
}

void note_selection(const FoundTrial& found, std::vector<std::string>* notes) {
  const StudyRow& study = found.study;
  if (study.best != found.trial.number || study.completed < 2) return;
  notes->push_back(concat(
      name_of(found), " was chosen as the best of ", study.completed,
      " completed trials by these same folds, which flatters it. Before you report the difference, "
      "train both on other folds (docs/comparing.md)."));
}

void note_early_end(const FoundTrial& found, std::vector<std::string>* notes) {
  if (found.trial.state == TrialState::kCompleted) return;
  const bool pruned = found.trial.state == TrialState::kPruned;
  notes->push_back(concat(name_of(found), " was ", to_string(found.trial.state),
                          " before all its folds were done",
                          pruned ? ", because of how it did on those that were" : "",
                          ": only what was completed is compared."));
}

std::vector<std::string> notes_on(const FoundTrial& a, const FoundTrial& b) {
  std::vector<std::string> notes;
  for (const FoundTrial* each : {&a, &b}) {
    note_selection(*each, &notes);
    note_early_end(*each, &notes);
  }
  const StudySpec& one = a.study.spec;
  const StudySpec& other = b.study.spec;
  if (one.objective.take != other.objective.take)
    notes.push_back(concat("Values of ", one.name, " are of the ", to_string(one.objective.take),
                           " epoch, those of ", other.name, " of the ",
                           to_string(other.objective.take), " epoch."));
  if (a.study.id != b.study.id && (is_users_code(one.model) || is_users_code(other.model)))
    notes.push_back(
        "Programs of your own split the data themselves: that the folds are the same is taken from "
        "the study files.");
  return notes;
}

}  // namespace

Result<Comparison> compare_trials(const FoundTrial& a, const FoundTrial& b,
                                  const std::string& metric) {
  FOLDMILL_RETURN_IF_ERROR(check_trials(a, b));
  Comparison comparison;
  comparison.metric = metric.empty() ? a.study.spec.objective.metric : metric;
  FOLDMILL_RETURN_IF_ERROR(check_same_folds(a.study.spec, b.study.spec));
  FOLDMILL_RETURN_IF_ERROR(check_reported(a, comparison.metric));
  FOLDMILL_RETURN_IF_ERROR(check_reported(b, comparison.metric));
  FOLDMILL_RETURN_IF_ERROR(check_same_measure(a, b, comparison.metric));
  const auto first = values_by_fold(a, comparison.metric);
  const auto second = values_by_fold(b, comparison.metric);
  std::vector<double> differences;
  for (const auto& [fold, value] : first) {
    const auto other = second.find(fold);
    if (other == second.end()) continue;
    comparison.folds.push_back({fold, value, other->second});
    differences.push_back(comparison.folds.back().difference());
  }
  if (differences.size() < 2) return too_few_folds(a, b, differences.size());
  comparison.first = name_of(a);
  comparison.second = name_of(b);
  comparison.direction = direction_of(a.study.spec, b.study.spec, comparison.metric);
  comparison.test_to_train = test_to_train(a.study.spec.folds);
  comparison.differences = *fold_statistics(differences, comparison.test_to_train);
  comparison.t_test = sampler::corrected_t_test(comparison.differences, Comparison::kConfidence);
  comparison.ranks = sampler::signed_rank_test(differences);
  comparison.notes = notes_on(a, b);
  return comparison;
}

}  // namespace foldmill::cli
