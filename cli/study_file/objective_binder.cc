#include "cli/study_file/objective_binder.h"

#include "cli/study_file/map_reader.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

// A model that is not judged by its loss has no default metric: the author has to choose.
void require_metric(const DocNode& place, const ModelSpec& model, Diagnostics& diagnostics) {
  const std::vector<std::string> metrics = metrics_of(model.type);
  if (metrics.empty() || has_natural_metric(model.type)) return;
  diagnostics.error(place, concat("a study of a ", model.type, " must name its metric"),
                    concat("add objective: {metric: ", metrics.front(), "}"),
                    {concat("metrics of '", model.type, "': ", join(metrics, ", "))});
}

void bind_direction(MapReader& reader, Direction& direction) {
  std::string word(to_string(direction));
  reader.word("direction", word, {"minimize", "maximize"});
  if (const auto parsed = parse_direction(word)) direction = *parsed;
}

// [{metric: val_loss, direction: minimize}, …]
void bind_goals(const DocNode& list, StudySpec& spec, Diagnostics& diagnostics) {
  if (list.kind != DocNode::Kind::kSequence || list.items.empty()) {
    diagnostics.error(list, concat("objectives are a list, got ", describe_kind(list)),
                      "write [{metric: val_loss, direction: minimize}, …]");
    return;
  }
  std::vector<Goal> goals;
  for (const DocNode& item : list.items) {
    Goal& goal = goals.emplace_back();
    MapReader reader(&item, "an objective", diagnostics);
    reader.text("metric", goal.metric);
    bind_direction(reader, goal.direction);
    reader.finish();
    if (goal.metric.empty())
      diagnostics.error(item, "an objective needs a metric", "write {metric: val_loss}");
  }
  spec.objective.metric = goals.front().metric;
  spec.objective.direction = goals.front().direction;
  spec.more_objectives.assign(goals.begin() + 1, goals.end());
}

void bind_constraints(const DocNode& list, StudySpec& spec, Diagnostics& diagnostics) {
  if (list.kind != DocNode::Kind::kSequence) {
    diagnostics.error(list, concat("constraints are a list, got ", describe_kind(list)),
                      "write [\"n_parameters <= 200000\"]");
    return;
  }
  for (const DocNode& item : list.items) {
    const auto text = read_text(item, diagnostics);
    if (!text) continue;
    const Result<Constraint> constraint = parse_constraint(*text);
    if (constraint.ok())
      spec.constraints.push_back(*constraint);
    else
      diagnostics.error(item, constraint.status().message());
  }
}

}  // namespace

void bind_objective(const DocNode* node, const DocNode& root, StudySpec& spec,
                    Diagnostics& diagnostics) {
  if (node && node->kind == DocNode::Kind::kSequence) return bind_goals(*node, spec, diagnostics);
  MapReader reader(node, "objective", diagnostics);
  if (const DocNode* goals = reader.get("metrics")) {
    bind_goals(*goals, spec, diagnostics);
  } else {
    reader.text("metric", spec.objective.metric);
    if (!reader.has("metric")) require_metric(node ? *node : root, spec.model, diagnostics);
    bind_direction(reader, spec.objective.direction);
  }
  std::string take(to_string(spec.objective.take));
  reader.word("take", take, {"last", "best_epoch"}, {"mean_last_k"});
  if (const auto parsed = parse_take(take)) spec.objective.take = *parsed;
  if (const DocNode* constraints = reader.get("constraints"))
    bind_constraints(*constraints, spec, diagnostics);
  reader.finish();
}

}  // namespace foldmill::cli
