#include <algorithm>
#include <cmath>

#include "core/study_checks.h"
#include "core/text.h"

namespace foldmill::study_checks {
namespace {

constexpr size_t kMostObjectives = 8;  // the cost of a hypervolume grows with their number
constexpr size_t kMostConstraints = 100;

// `where`: the key's path. A program of the user's may report any metric.
Status check_metric(std::string_view where, const std::string& metric, const StudySpec& spec) {
  if (is_users_code(spec.model)) return ok_status();
  return check_word(where, metric, metrics_of(spec.model.type, spec.judged_on()));
}

Status check_goal(std::string_view where, const Goal& goal, const StudySpec& spec) {
  if (goal.metric.empty())
    return invalid_argument(concat(where, ".metric: name the metric that the study is about"));
  if (is_users_code(spec.model)) return ok_status();
  FOLDMILL_RETURN_IF_ERROR(check_metric(concat(where, ".metric"), goal.metric, spec));
  if (goal.direction == Direction::kMinimize && goal.metric.ends_with("accuracy"))
    return invalid_argument(concat(where, ".direction: the greater '", goal.metric,
                                   "' is the better; write direction: maximize"));
  return ok_status();
}

Status check_goals(const StudySpec& spec) {
  const std::vector<Goal> goals = spec.goals();
  if (goals.size() == 1) return check_goal("objective", goals.front(), spec);
  if (goals.size() > kMostObjectives)
    return invalid_argument(
        concat("objective.metrics: at most ", kMostObjectives, " objectives, got ", goals.size()));
  for (auto goal = goals.begin(); goal != goals.end(); ++goal) {
    FOLDMILL_RETURN_IF_ERROR(check_goal("objective.metrics", *goal, spec));
    if (std::any_of(goals.begin(), goal,
                    [&](const Goal& before) { return before.metric == goal->metric; }))
      return invalid_argument(
          concat("objective.metrics: '", goal->metric, "' is named twice; remove one of the two"));
  }
  return ok_status();
}

Status check_take(const StudySpec& spec) {
  if (spec.objective.take != Take::kBestEpoch || spec.folds.hold_out) return ok_status();
  return invalid_argument(
      "objective.take: with all images in training none is left to say which epoch is the best; "
      "write take: last");
}

// Whether no value can hold both.
bool exclude_each_other(const Constraint& a, const Constraint& b) {
  return a.metric == b.metric && a.relation == Relation::kAtMost &&
         b.relation == Relation::kAtLeast && a.bound < b.bound;
}

Status check_constraints(const StudySpec& spec) {
  constexpr std::string_view kWhere = "objective.constraints";
  if (spec.constraints.size() > kMostConstraints)
    return invalid_argument(
        concat(kWhere, ": at most ", kMostConstraints, ", got ", spec.constraints.size()));
  for (const Constraint& constraint : spec.constraints) {
    if (constraint.metric.empty() || !std::isfinite(constraint.bound))
      return invalid_argument(
          concat(kWhere, ": '", to_string(constraint), "' needs a metric and a finite bound"));
    FOLDMILL_RETURN_IF_ERROR(check_metric(kWhere, constraint.metric, spec));
    for (const Constraint& other : spec.constraints)
      if (exclude_each_other(constraint, other))
        return invalid_argument(concat(kWhere, ": no value holds both ", to_string(constraint),
                                       " and ", to_string(other), "; widen one of them"));
  }
  return ok_status();
}

// What compares single values along the way cannot say which of two fronts a trial will be on.
Status check_single_value_parts(const StudySpec& spec) {
  const bool several = !spec.more_objectives.empty();
  if (several && spec.pruning.type != "none")
    return invalid_argument(concat(
        "pruning.type: ", spec.pruning.type, " compares trials by one value, and this study has ",
        spec.goals().size(), " objectives; write type: none, or keep one objective"));
  const std::string& sampler = spec.sampler.type;
  if (sampler != "gp" && sampler != "cmaes") return ok_status();
  if (several)
    return invalid_argument(concat("search.sampler.type: ", sampler,
                                   " searches for the best of one value, and this study has ",
                                   spec.goals().size(), " objectives; use tpe or nsga2"));
  if (!spec.constraints.empty())
    return invalid_argument(concat("search.sampler.type: ", sampler,
                                   " does not learn from constraints; use tpe or nsga2"));
  return ok_status();
}

}  // namespace

Status check_objective(const StudySpec& spec) {
  FOLDMILL_RETURN_IF_ERROR(check_goals(spec));
  FOLDMILL_RETURN_IF_ERROR(check_take(spec));
  FOLDMILL_RETURN_IF_ERROR(check_constraints(spec));
  return check_single_value_parts(spec);
}

}  // namespace foldmill::study_checks
