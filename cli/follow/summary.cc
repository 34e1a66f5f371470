#include "cli/follow/summary.h"

#include <algorithm>
#include <limits>

#include "cli/output/format.h"
#include "cli/output/judgement.h"
#include "cli/terminal/text_width.h"
#include "core/stage_specs.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

std::string fold_scores(const TrialRow& trial) {
  std::vector<std::string> scores;
  for (const FoldRow& fold : trial.folds) scores.push_back(short_number(fold.value));
  return join(scores, "  ");
}

// One that is worth a look.
int64_t notable_trial(const StudyRow& study) {
  if (study.best) return study.best->value;
  return study.front.empty() ? 0 : study.front.front().value;
}

// Copies the trial's files beside the database and names them; without a database does nothing.
std::string copy_model(StudySource& source, const StudyRow& study, const TrialRow& trial,
                       const std::filesystem::path& database) {
  if (database.empty()) return {};
  const auto files = fetch_files(source, trial, database.parent_path() / study.spec.name / "best");
  // What was found out is worth telling even where the files cannot be written.
  if (!files.ok()) return concat("model     not copied: ", files.status().message(), "\n");
  std::string out;
  std::filesystem::path place;  // with several folds each has a directory: naming that is enough
  for (const auto& file : *files) {
    const auto shown = trial.folds.size() == 1 ? file : file.parent_path() / "";
    if (shown != place) out += concat("model     ", shown.string(), "\n");
    place = shown;
  }
  return out;
}

// The value, and of a single fold whatever else its last epoch came to.
std::string describe_last_metrics(const StudySpec& spec, const TrialRow& trial) {
  std::string out = describe_values(spec, trial);
  if (trial.folds.size() != 1 || trial.folds.front().curve.empty()) return out;
  for (const auto& [name, value] : trial.folds.front().curve.back().metrics)
    if (name != spec.objective.metric) out += concat("  ", name, " ", short_number(value));
  return out;
}

std::string next_commands(const StudyRow& study, const std::string& source_flag) {
  const std::string& name = study.spec.name;
  return concat("next      foldmill trial list ", name, " --sort value", source_flag,
                "\n          foldmill trial show ", name, "/", notable_trial(study), source_flag,
                "\n          foldmill study extend ", name, " --trials +", study.spec.trials,
                source_flag, "\n");
}

}  // namespace

std::string describe_trial_of(const StudySpec& spec, std::string_view label, const TrialRow& trial,
                              size_t columns) {
  std::string out = labelled(
      label, concat(spec.name, "/", trial.number.value, "  ", describe_values(spec, trial)),
      columns);
  out += labelled("params", describe_params(trial.params), columns);
  if (trial.folds.size() > 1) out += labelled("folds", fold_scores(trial), columns);
  return out;
}

Result<std::vector<std::filesystem::path>> fetch_files(StudySource& source, const TrialRow& trial,
                                                       const std::filesystem::path& directory) {
  std::vector<std::filesystem::path> files;
  for (const FoldRow& fold : trial.folds) {
    const std::filesystem::path place =
        trial.folds.size() == 1 ? directory : directory / concat("fold-", fold.fold.value);
    for (const ArtifactRow& row : fold.artifacts) {
      // The name came by wire: it stays inside the directory.
      const std::filesystem::path file = place / std::filesystem::path(row.name).filename();
      FOLDMILL_RETURN_IF_ERROR(source.fetch(row.artifact, file));
      files.push_back(file);
    }
  }
  return files;
}

Result<std::string> summarize(StudySource& source, const StudyRow& study,
                              const std::filesystem::path& database,
                              const std::string& source_flag) {
  std::string out = concat("study     ", study.spec.name, " ", to_string(study.state), ": ",
                           study.completed, " completed, ", study.pruned, " pruned, ", study.failed,
                           " failed; ", format_duration(study.seconds), " of training\n");
  if (study.best) {
    FOLDMILL_ASSIGN_OR_RETURN(const TrialRow trial, source.get_trial(study.spec.name, *study.best));
    out += describe_trial_of(study.spec, "best", trial, std::numeric_limits<size_t>::max());
    out += copy_model(source, study, trial, database);
  } else if (!study.front.empty()) {
    out += concat("best      ", describe_best_so_far(study), ": foldmill best ", study.spec.name,
                  source_flag, "\n");
  }
  out += concat("pruning   ", study.pruned, " trials pruned, which saved ", study.epochs_saved,
                " of ", study.epochs + study.epochs_saved, " fold-epochs\n");
  if (!database.empty()) out += concat("database  ", database.string(), "\n");
  return out + next_commands(study, source_flag);
}

Result<std::string> summarize_stage(StudySource& source, const StudyRow& study,
                                    const std::filesystem::path& database) {
  const StageOrigin& origin = *study.spec.origin;
  std::string out = concat(to_string(origin.stage), " of ", origin.study, ": ",
                           to_string(study.state), ", ", format_duration(study.seconds), "\n");
  if (!study.best) return out;
  FOLDMILL_ASSIGN_OR_RETURN(const TrialRow trial, source.get_trial(study.spec.name, *study.best));
  out += concat("          trial ", origin.study, "/", number_in_search(origin, trial.number), "  ",
                describe_last_metrics(study.spec, trial), "\n");
  if (trial.folds.size() > 1) out += concat("folds     ", fold_scores(trial), "\n");
  if (origin.stage == Stage::kTrain) out += copy_model(source, study, trial, database);
  return out;
}

Result<std::string> describe_stage_results(StudySource& source, const StudyRow& study) {
  std::string out;
  for (const Stage stage : stages_in_order(study.spec.stages_to_follow())) {
    FOLDMILL_ASSIGN_OR_RETURN(const auto found,
                              find_exactly(source, stage_study_name(study.spec.name, stage)));
    out += concat("final     ", to_string(stage), ": ",
                  found ? to_string(found->state) : std::string_view("to come"));
    if (found && found->best)
      out += concat(", trial ", number_in_search(*found->spec.origin, *found->best), "  ",
                    found->spec.objective.metric, " ", short_number(found->best_value));
    out += "\n";
  }
  return out;
}

Status check_outcome(StudySource& source, const StudyRow& study) {
  const bool nothing = study.completed + study.pruned == 0 && study.failed > 0;
  if (study.state != StudyState::kFailed && !nothing) return ok_status();
  TrialQuery query;
  query.where = "state = failed";
  FOLDMILL_ASSIGN_OR_RETURN(const auto failed, all_trials(source, study.spec.name, query, 1));
  std::string message = concat("study ", study.spec.name, " failed");
  if (!study.reason.empty()) message += concat(": ", study.reason);
  if (!failed.empty())
    message += concat("\n  trial ", study.spec.name, "/", failed[0].number.value, ": ",
                      to_string(failed[0].cause), ": ", failed[0].message);
  return internal_error(std::move(message));
}

}  // namespace foldmill::cli
