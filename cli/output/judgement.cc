#include "cli/output/judgement.h"

#include "cli/output/fold_values.h"
#include "cli/output/format.h"
#include "core/text.h"

namespace foldmill::cli {

std::string describe_goals(const StudySpec& spec) {
  std::vector<std::string> goals;
  for (const Goal& goal : spec.goals())
    goals.push_back(concat(to_string(goal.direction), " ", goal.metric));
  return join(goals, ", ");
}

std::string describe_constraints(const StudySpec& spec) {
  std::vector<std::string> constraints;
  for (const Constraint& constraint : spec.constraints)
    constraints.push_back(to_string(constraint));
  return join(constraints, ", ");
}

std::string describe_values(const StudySpec& spec, const TrialRow& trial) {
  if (!trial.value) return {};
  std::string out = concat(spec.objective.metric, " ", describe_value(spec, trial));
  for (const auto& [name, value] : trial.metrics)
    out += concat("  ", name, " ", short_number(value));
  return trial.violation > 0 ? out + "  infeasible" : out;
}

std::string describe_best_so_far(const StudyRow& study) {
  if (study.best)
    return concat("#", study.best->value, "  ", study.spec.objective.metric, " ",
                  short_number(study.best_value));
  if (study.front.empty()) return {};
  return concat("a front of ", study.front.size(), study.front.size() == 1 ? " trial" : " trials");
}

std::string explain_no_best(const StudyRow& study, const std::string& source_flag) {
  const std::string& name = study.spec.name;
  if (study.completed == 0 || study.spec.constraints.empty())
    return concat("no trial of ", name, " is completed yet\n  try: foldmill watch ", name,
                  source_flag);
  return concat("none of the ", study.completed, " completed trials of ", name,
                " holds its constraints\n  try: foldmill trial list ", name,
                " --where 'state = completed' --sort violation", source_flag);
}

Json goals_json(const StudySpec& spec) {
  Json json = Json::array();
  for (const Goal& goal : spec.goals())
    json.push_back(
        {{"metric", goal.metric}, {"direction", std::string(to_string(goal.direction))}});
  return json;
}

Json constraints_json(const StudySpec& spec) {
  Json json = Json::array();
  for (const Constraint& constraint : spec.constraints) json.push_back(to_string(constraint));
  return json;
}

Json metrics_json(const MetricValues& metrics) {
  Json json = Json::object();
  for (const auto& [name, value] : metrics) json[name] = json_number(value);
  return json;
}

}  // namespace foldmill::cli
