#include "cli/output/asked.h"

#include "cli/output/format.h"
#include "cli/terminal/text_width.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

std::string name_of(const AskedTrial& trial) { return concat(trial.study, "/", trial.trial.value); }

double seconds_of(Milliseconds time) { return static_cast<double>(time.count()) / 1e3; }

std::vector<std::string> fold_words(const AskedTrial& trial) {
  std::vector<std::string> words;
  for (const FoldIndex fold : trial.folds) words.push_back(to_string(fold));
  return words;
}

std::string assignment(const std::string& name, const std::string& value) {
  return concat(name, "=", shell_command({value}), "\n");
}

// Letters, digits and underscores are all that a shell's names may have.
std::string variable_for(const std::string& parameter) {
  std::string name = "PARAM_" + parameter;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return name;
}

Json goals_json(const AskedTrial& trial) {
  Json goals = Json::array();
  for (const Goal& goal : trial.goals)
    goals.push_back(
        {{"metric", goal.metric}, {"direction", std::string(to_string(goal.direction))}});
  return goals;
}

std::string parameter_lines(const ParameterSet& params, std::string_view label) {
  std::string out;
  for (const auto& [name, value] : params)
    out += concat(pad_right(label, 10), pad_right(name, 17), " ", to_string(value), "\n");
  return out;
}

}  // namespace

Json asked_json(const AskedTrial& trial) {
  Json folds = Json::array();
  for (const FoldIndex fold : trial.folds) folds.push_back(fold.value);
  return {{"schema", "asked/v1"},
          {"study", trial.study},
          {"trial", trial.trial.value},
          {"name", name_of(trial)},
          {"lease", trial.lease},
          {"lease_seconds", seconds_of(trial.lease_time)},
          {"params", json_params(trial.params)},
          {"constants", json_params(trial.constants)},
          {"folds", folds},
          {"k", trial.plan.k},
          {"seed", trial.plan.seed},
          {"epochs", trial.epochs},
          {"goals", goals_json(trial)}};
}

Json standing_json(const HeldTrial& held, const TrialStanding& standing) {
  return {{"schema", "standing/v1"},
          {"study", held.study},
          {"trial", held.trial.value},
          {"state", std::string(to_string(standing.state))},
          {"value", json_number(standing.value)},
          {"go_on", standing.go_on},
          {"repeated", standing.repeated},
          {"note", standing.note}};
}

std::string asked_table(const AskedTrial& trial) {
  std::string out = concat("trial     ", name_of(trial), "\n");
  out += concat("lease     ", trial.lease, ", for ", format_duration(seconds_of(trial.lease_time)),
                " from its last word\n");
  out += concat("folds     ", join(fold_words(trial), " "), " of ", trial.plan.k, "\n");
  out += concat("epochs    ", trial.epochs, "\n");
  return out + parameter_lines(trial.params, "searched") +
         parameter_lines(trial.constants, "fixed");
}

std::string asked_environment(const AskedTrial& trial) {
  std::string out = assignment("TRIAL", name_of(trial)) +
                    assignment("LEASE", std::to_string(trial.lease)) +
                    assignment("FOLDS", join(fold_words(trial), " ")) +
                    assignment("K", std::to_string(trial.plan.k)) +
                    assignment("SEED", std::to_string(trial.plan.seed)) +
                    assignment("EPOCHS", std::to_string(trial.epochs));
  for (const ParameterSet* params : {&trial.constants, &trial.params})
    for (const auto& [name, value] : *params)
      out += assignment(variable_for(name), to_string(value));
  return out;
}

}  // namespace foldmill::cli
