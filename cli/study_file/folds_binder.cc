#include "cli/study_file/folds_binder.h"

#include "cli/study_file/map_reader.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

constexpr int64_t kMostFolds = 1000;
constexpr int64_t kUsualTop = 5;

void bind_plan(MapReader& reader, FoldPlan& folds) {
  reader.integer("k", folds.k, 1, kMostFolds);
  reader.integer("repeats", folds.repeats, 1, kMostFolds);
  reader.boolean("stratified", folds.stratified);
  reader.boolean("shuffle", folds.shuffle);
  reader.text("groups", folds.groups);
  reader.boolean("leave_one_group_out", folds.leave_one_group_out);
}

// `top` is the number of `when: top`; `when: best` is a top of one.
int64_t bind_when(MapReader& reader, const DocNode* node, Diagnostics& diagnostics) {
  std::string when = "every_trial";
  reader.word("when", when, {"every_trial", "top", "best"});
  int64_t top = when == "top" ? kUsualTop : when == "best" ? 1 : 0;
  if (reader.has("top") && when != "top")
    diagnostics.error(*node->find("top"), concat("'top' is not used with when: ", when),
                      "write when: top, or leave it out");
  reader.integer("top", top, 1, kMostCount);
  return top;
}

void bind_race(const DocNode* node, std::optional<RaceSpec>& race, Diagnostics& diagnostics) {
  if (!node) return;
  if (node->kind == DocNode::Kind::kScalar) {
    if (const auto wanted = read_bool(*node, diagnostics); wanted && *wanted) race.emplace();
    return;
  }
  race.emplace();
  MapReader reader(node, "race", diagnostics);
  reader.number("confidence", race->confidence);
  reader.integer("min_folds", race->min_folds, 2, kMostFolds);
  reader.finish();
}

void bind_schedule(MapReader& reader, const DocNode* node, FoldSchedule& schedule,
                   Diagnostics& diagnostics) {
  schedule.top = bind_when(reader, node, diagnostics);
  std::string order(to_string(schedule.order));
  reader.word("order", order, {"first_fold_first", "trial_first", "interleave"});
  if (const auto parsed = parse_fold_order(order)) schedule.order = *parsed;
  std::string aggregate(to_string(schedule.aggregate));
  reader.word("aggregate", aggregate, {"mean", "median", "mean_plus_std"});
  if (const auto parsed = parse_aggregate(aggregate)) schedule.aggregate = *parsed;
  bind_race(reader.get("race"), schedule.race, diagnostics);
}

// `of: best` and `of: top` with `top: n`.
int64_t bind_of(MapReader& reader, const DocNode& node, Diagnostics& diagnostics) {
  std::string of = reader.has("top") ? "top" : "best";
  reader.word("of", of, {"best", "top"});
  int64_t top = of == "top" ? kUsualTop : 1;
  if (reader.has("top") && of == "best")
    diagnostics.error(*node.find("top"), "'top' is not used with of: best",
                      "write of: top, or leave it out");
  reader.integer("top", top, 1, kMostCount);
  return top;
}

CrossValidateStage bind_cross_validate(const DocNode& node, const FoldPlan& folds,
                                       Diagnostics& diagnostics) {
  CrossValidateStage stage{.stratified = folds.stratified, .shuffle = folds.shuffle};
  MapReader reader(&node, "cross_validate", diagnostics);
  reader.integer("k", stage.k, 2, kMostFolds);
  reader.integer("repeats", stage.repeats, 1, kMostFolds);
  stage.top = bind_of(reader, node, diagnostics);
  reader.boolean("stratified", stage.stratified);
  reader.boolean("shuffle", stage.shuffle);
  reader.finish();
  return stage;
}

TrainStage bind_train(const DocNode& node, Diagnostics& diagnostics) {
  TrainStage stage;
  MapReader reader(&node, "train", diagnostics);
  std::string of = "best";
  reader.word("of", of, {"best"});
  std::string on = "train+validation";
  reader.word("on", on, {"train+validation", "train"});
  stage.on_validation_too = on == "train+validation";
  if (const DocNode* epochs = reader.get("epochs"))
    stage.epochs = read_int(*epochs, diagnostics, 1, kMostCount);
  reader.finish();
  return stage;
}

}  // namespace

void bind_folds(const DocNode* node, const DocNode* validation, StudySpec& spec,
                Diagnostics& diagnostics) {
  MapReader reader(node, "folds", diagnostics);
  bind_plan(reader, spec.folds);
  bind_schedule(reader, node, spec.schedule, diagnostics);
  reader.finish();
  spec.folds.seed = spec.seed;
  if (spec.folds.k > 1 && validation)
    diagnostics.error(*validation,
                      concat("'validation' is not used with folds.k = ", spec.folds.k,
                             ": each fold is validated on its own part"),
                      "remove it, or remove folds");
}

void bind_final(const DocNode* node, StudySpec& spec, Diagnostics& diagnostics) {
  MapReader reader(node, "final", diagnostics);
  if (const DocNode* stage = reader.get("cross_validate"))
    spec.final_stages.cross_validate = bind_cross_validate(*stage, spec.folds, diagnostics);
  if (const DocNode* stage = reader.get("train"))
    spec.final_stages.train = bind_train(*stage, diagnostics);
  if (reader.has("test")) {
    std::string test = "official";
    reader.word("test", test, {"official"});
    spec.final_stages.test = true;
  } else {
    reader.get("test");  // known, though absent
  }
  reader.not_supported({"artifacts"});
  reader.finish();
}

}  // namespace foldmill::cli
