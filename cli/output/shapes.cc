#include "cli/output/shapes.h"

#include <algorithm>
#include <cmath>

#include "cli/output/fold_values.h"
#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr const char* kViolation = "violation";

Cell cell_of(const std::optional<double>& value) { return value ? Cell(*value) : Cell(); }

Cell cell_of(const ParameterValue* value) {
  if (!value) return {};
  if (const double* number = std::get_if<double>(value)) return *number;
  if (const int64_t* number = std::get_if<int64_t>(value)) return *number;
  return to_string(*value);
}

// To the millisecond.
Cell seconds_cell(double seconds) { return std::round(seconds * 1e3) / 1e3; }

Json epoch_json(const EpochRow& epoch) {
  return {{"epoch", epoch.epoch},
          {"value", json_number(epoch.value)},
          {"metrics", metrics_json(epoch.metrics)},
          {"seconds", json_number(epoch.seconds)},
          {"attempt", epoch.attempt.value}};
}

Json attempt_json(const AttemptRow& attempt) {
  return {{"number", attempt.number},
          {"worker", attempt.worker},
          {"slot", attempt.slot},
          {"state", std::string(to_string(attempt.state))},
          {"cause", std::string(to_string(attempt.cause))},
          {"message", attempt.message},
          {"first_epoch", attempt.first_epoch},
          {"leased", json_time(attempt.leased)},
          {"ended", json_time(attempt.ended)}};
}

Json decision_json(const std::optional<PruneDecision>& decision) {
  if (!decision) return nullptr;
  return {{"fold", decision->fold.value},
          {"epoch", decision->epoch},
          {"value", json_number(decision->value)},
          {"threshold", json_number(decision->threshold)},
          {"peers", decision->peers},
          {"pruner", decision->pruner},
          {"p_value", json_number(decision->p_value)}};
}

Json numbers_json(const std::vector<TrialNumber>& numbers) {
  Json json = Json::array();
  for (const TrialNumber number : numbers) json.push_back(number.value);
  return json;
}

// Of what the trials are judged by beside their value; `violation` where one is infeasible.
std::vector<std::string> metric_names(const std::vector<TrialRow>& trials) {
  std::vector<std::string> names;
  bool infeasible = false;
  for (const TrialRow& trial : trials) {
    infeasible = infeasible || trial.violation > 0;
    for (const auto& [name, value] : trial.metrics)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (infeasible) names.push_back(kViolation);
  return names;
}

Cell metric_cell(const TrialRow& trial, const std::string& name) {
  if (name == kViolation) return trial.value ? Cell(trial.violation) : Cell();
  return cell_of(find_metric(trial.metrics, name));
}

ListingCell value_cell(const TrialRow& trial) {
  return ListingCell::shown_as(cell_of(trial.value), value_text(trial));
}

bool has_several_folds(const std::vector<TrialRow>& trials) {
  return std::any_of(trials.begin(), trials.end(),
                     [](const TrialRow& trial) { return trial.folds.size() > 1; });
}

// What add_fold_cells() adds.
std::vector<ListingColumn> fold_columns() {
  return {{"fold_error", true, 6}, {"fold_std", true, 3}, {"folds", true, 4}};
}

void add_fold_cells(const StudySpec& spec, const TrialRow& trial, std::vector<ListingCell>& row) {
  const auto spread = spread_of(spec, trial);
  const auto rounded = [](double value) {
    return ListingCell::shown_as(value, short_number(value));
  };
  row.push_back(spread ? rounded(spread->spread->error) : Cell());
  row.push_back(spread ? rounded(spread->spread->deviation) : Cell());
  const auto done = static_cast<int64_t>(completed_values(trial).size());
  row.push_back(ListingCell::shown_as(done, concat(done, "/", trial.folds.size())));
}

// Names of the parameters, in the order in which the trials bring them.
std::vector<std::string> parameter_names(const std::vector<TrialRow>& trials) {
  std::vector<std::string> names;
  for (const TrialRow& trial : trials)
    for (const auto& [name, value] : trial.params)
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  return names;
}

std::string describe_labels(const std::map<std::string, std::string>& labels) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) parts.push_back(concat(key, "=", value));
  return join(parts, ",");
}

}  // namespace

Json fold_json(const FoldRow& fold) {
  Json json = {{"fold", fold.fold.value},
               {"state", std::string(to_string(fold.state))},
               {"value", json_number(fold.value)},
               {"epochs", fold.epochs},
               {"seconds", json_number(fold.seconds)}};
  json["attempts"] = Json::array();
  for (const AttemptRow& attempt : fold.attempts) json["attempts"].push_back(attempt_json(attempt));
  if (!fold.curve.empty()) {
    json["curve"] = Json::array();
    for (const EpochRow& epoch : fold.curve) json["curve"].push_back(epoch_json(epoch));
  }
  json["artifacts"] = Json::object();
  for (const ArtifactRow& row : fold.artifacts)
    json["artifacts"][row.name] = {{"sha256", row.artifact.sha256}, {"bytes", row.artifact.bytes}};
  return json;
}

Json trial_json(const StudySpec& spec, const TrialRow& trial) {
  Json json = {{"schema", "trial/v1"},
               {"study", spec.name},
               {"number", trial.number.value},
               {"state", std::string(to_string(trial.state))},
               {"value", json_number(trial.value)},
               {"estimated", trial.estimated},
               {"fold_statistics", fold_statistics_json(spread_of(spec, trial))},
               {"metrics", metrics_json(trial.metrics)},
               {"violation", json_number(trial.violation)},
               {"params", json_params(trial.params)},
               {"enqueued", trial.enqueued},
               {"cause", std::string(to_string(trial.cause))},
               {"message", trial.message},
               {"decision", decision_json(trial.decision)},
               {"created", json_time(trial.created)},
               {"ended", json_time(trial.ended)},
               {"epochs", trial.epochs},
               {"seconds", json_number(trial.seconds)}};
  json["folds"] = Json::array();
  for (const FoldRow& fold : trial.folds) json["folds"].push_back(fold_json(fold));
  return json;
}

Json study_json(const StudyRow& study) {
  return {{"schema", "study/v1"},
          {"name", study.spec.name},
          {"state", std::string(to_string(study.state))},
          {"reason", study.reason},
          {"trials", study.spec.trials},
          {"completed", study.completed},
          {"pruned", study.pruned},
          {"failed", study.failed},
          {"cancelled", study.cancelled},
          {"running", study.running},
          {"best", study.best ? Json(study.best->value) : Json(nullptr)},
          {"best_value", json_number(study.best_value)},
          {"metric", study.spec.objective.metric},
          {"direction", std::string(to_string(study.spec.objective.direction))},
          {"objectives", goals_json(study.spec)},
          {"constraints", constraints_json(study.spec)},
          {"front", numbers_json(study.front)},
          {"folds", study.spec.folds.k},
          {"epochs", study.epochs},
          {"epochs_saved", study.epochs_saved},
          {"seconds", json_number(study.seconds)},
          {"created", json_time(study.created)},
          {"ended", json_time(study.ended)}};
}

Listing list_studies(const std::vector<StudyRow>& studies) {
  Listing listing;
  listing.columns = {{"name", false, 9},     {"state", false, 8}, {"trials", true, 5},
                     {"completed", true, 6}, {"pruned", true, 5}, {"failed", true, 5},
                     {"running", true, 4},   {"best", true, 6},   {"best_value", true, 7},
                     {"metric", false, 3},   {"epochs", true, 2}, {"epochs_saved", true, 2},
                     {"created", false, 1}};
  for (const StudyRow& study : studies) {
    listing.rows.push_back({study.spec.name, std::string(to_string(study.state)),
                            std::to_string(study.spec.trials), std::to_string(study.completed),
                            std::to_string(study.pruned), std::to_string(study.failed),
                            std::to_string(study.running), study.best ? to_string(*study.best) : "",
                            cell_of(study.best_value), study.spec.objective.metric,
                            std::to_string(study.epochs), std::to_string(study.epochs_saved),
                            format_time(study.created)});
    listing.json.push_back(study_json(study));
  }
  return listing;
}

Listing list_trials(const StudySpec& spec, const std::vector<TrialRow>& trials) {
  const std::vector<std::string> metrics = metric_names(trials);
  const std::vector<std::string> names = parameter_names(trials);
  const bool folds = has_several_folds(trials);
  const bool estimates = std::any_of(trials.begin(), trials.end(),
                                     [](const TrialRow& trial) { return trial.estimated; });
  Listing listing;
  listing.columns = {{"number", true, 9}, {"state", false, 8}, {"value", true, 7}};
  if (folds)
    for (ListingColumn column : fold_columns()) listing.columns.push_back(std::move(column));
  for (const std::string& name : metrics) listing.columns.push_back({name, true, 6});
  listing.columns.push_back({"epochs", true, 4});
  for (const std::string& name : names) listing.columns.push_back({name, true, 5});
  listing.columns.push_back({"cause", false, 3});
  listing.columns.push_back({"seconds", true, 2});
  listing.columns.push_back({"created", false, 1});
  if (estimates) listing.columns.push_back({"estimated", true, 0});
  for (const TrialRow& trial : trials) {
    std::vector<ListingCell> row = {trial.number.value, std::string(to_string(trial.state)),
                                    value_cell(trial)};
    if (folds) add_fold_cells(spec, trial, row);
    for (const std::string& name : metrics) row.push_back(metric_cell(trial, name));
    row.push_back(trial.epochs);
    for (const std::string& name : names) row.push_back(cell_of(trial.params.find(name)));
    row.push_back(trial.cause == EndCause::kNone ? "" : std::string(to_string(trial.cause)));
    row.push_back(seconds_cell(trial.seconds));
    row.push_back(format_time(trial.created));
    if (estimates)
      row.push_back(
          ListingCell::shown_as(int64_t{trial.estimated}, trial.estimated ? "yes" : "no"));
    listing.rows.push_back(std::move(row));
    listing.json.push_back(trial_json(spec, trial));
  }
  return listing;
}

Listing list_folds(const StudySpec& spec, const TrialRow& trial) {
  Listing listing;
  listing.columns = {{"fold", true, 9},   {"state", false, 8},   {"value", true, 7},
                     {"epochs", true, 6}, {"attempts", true, 4}, {"worker", false, 5},
                     {"seconds", true, 3}};
  for (const FoldRow& fold : trial.folds)
    listing.rows.push_back(
        {to_string(fold.fold), std::string(to_string(fold.state)), cell_of(fold.value),
         std::to_string(fold.epochs), std::to_string(fold.attempts.size()),
         fold.attempts.empty() ? "" : fold.attempts.back().worker, seconds_cell(fold.seconds)});
  listing.json = trial_json(spec, trial);
  return listing;
}

Listing list_workers(const std::vector<WorkerRow>& workers) {
  Listing listing;
  listing.columns = {{"name", false, 9}, {"state", false, 8},  {"slots", true, 6},
                     {"busy", true, 7},  {"labels", false, 4}, {"version", false, 2},
                     {"seen", false, 3}};
  for (const WorkerRow& worker : workers) {
    listing.rows.push_back({worker.name, worker.state, std::to_string(worker.slots),
                            std::to_string(worker.busy), describe_labels(worker.labels),
                            worker.version, format_time(worker.seen)});
    Json labels = Json::object();
    for (const auto& [key, value] : worker.labels) labels[key] = value;
    listing.json.push_back({{"schema", "worker/v1"},
                            {"name", worker.name},
                            {"state", worker.state},
                            {"slots", worker.slots},
                            {"busy", worker.busy},
                            {"labels", labels},
                            {"version", worker.version},
                            {"seen", json_time(worker.seen)}});
  }
  return listing;
}

Listing list_table(const Table& table) {
  Listing listing;
  for (const std::string& name : table.columns) listing.columns.push_back({name, false, 0});
  for (const auto& cells : table.rows) {
    Json object = Json::object();
    for (size_t c = 0; c < cells.size(); ++c) {
      object[table.columns[c]] = json_cell(cells[c]);
      listing.columns[c].numeric |= !std::holds_alternative<std::string>(cells[c]) &&
                                    !std::holds_alternative<std::monostate>(cells[c]);
    }
    listing.rows.emplace_back(cells.begin(), cells.end());
    listing.json.push_back(std::move(object));
  }
  return listing;
}

}  // namespace foldmill::cli
