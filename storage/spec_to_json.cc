#include "storage/json_pieces.h"
#include "storage/spec_json.h"

namespace foldmill::storage {
namespace {

using storage::write;  // beside those of this file

Json write(const SearchSpace& space) {
  Json json = Json::array();
  for (const auto& parameter : space.parameters()) {
    Json when = Json::array();
    for (const auto& condition : parameter.when)
      when.push_back(Json{{"parent", condition.parent}, {"any_of", write(condition.any_of)}});
    json.push_back(Json{{"name", parameter.name},
                        {"distribution", write(parameter.distribution)},
                        {"when", std::move(when)}});
  }
  return json;
}

Json write(const DataSpec& v) {
  return {{"dataset", v.dataset},
          {"path", v.path},
          {"normalize", to_string(v.normalize)},
          {"mean", v.mean},
          {"stddev", v.stddev},
          {"subset_train", write(v.subset_train)},
          {"subset_stratified", v.subset_stratified}};
}

Json write(const ArtifactRef& v) { return {{"sha256", v.sha256}, {"bytes", v.bytes}}; }

Json write(const EncoderSource& v) {
  return {{"study", v.study}, {"trial", v.trial},
          {"file", v.file},   {"freeze", v.freeze},
          {"wait", v.wait},   {"artifact", v.artifact ? write(*v.artifact) : Json(nullptr)}};
}

Json write(const ModelSpec& v) {
  return {{"type", v.type},
          {"variant", v.variant},
          {"target", to_string(v.target)},
          {"classes", v.classes},
          {"encoder", v.encoder ? write(*v.encoder) : Json(nullptr)},
          {"command", Json(v.command)},
          {"workdir", v.workdir},
          {"env", Json(v.env)}};
}

Json write(const std::vector<Goal>& goals) {
  Json json = Json::array();
  for (const Goal& goal : goals)
    json.push_back({{"metric", goal.metric}, {"direction", to_string(goal.direction)}});
  return json;
}

Json write(const std::vector<Constraint>& constraints) {
  Json json = Json::array();
  for (const Constraint& constraint : constraints)
    json.push_back({{"metric", constraint.metric},
                    {"relation", to_string(constraint.relation)},
                    {"bound", constraint.bound}});
  return json;
}

Json write(const ObjectiveSpec& v) {
  return {{"metric", v.metric}, {"direction", to_string(v.direction)}, {"take", to_string(v.take)}};
}

Json write(const SamplerSpec& v) {
  return {{"type", v.type},
          {"startup_trials", v.startup_trials},
          {"candidates", v.candidates},
          {"multivariate", v.multivariate},
          {"constant_liar", v.constant_liar},
          {"prior_weight", v.prior_weight},
          {"group", v.group},
          {"deterministic", v.deterministic},
          {"max_trials", v.max_trials},
          {"sequence", v.sequence},
          {"scramble", v.scramble},
          {"grid_points", v.grid_points},
          {"sigma", v.sigma},
          {"population", v.population}};
}

Json write(const PruningSpec& v) {
  return {{"type", v.type},
          {"warmup_trials", v.warmup_trials},
          {"warmup_epochs", v.warmup_epochs},
          {"interval", v.interval},
          {"min_peers", v.min_peers},
          {"percentile", v.percentile},
          {"min_epochs", v.min_epochs},
          {"reduction_factor", v.reduction_factor},
          {"patience", v.patience},
          {"min_delta", v.min_delta},
          {"lower", write(v.lower)},
          {"upper", write(v.upper)},
          {"confidence", v.confidence},
          {"min_folds", v.min_folds},
          {"around", v.around}};
}

Json write(const FoldPlan& v) {
  return {{"k", v.k},
          {"validation_fraction", v.validation_fraction},
          {"stratified", v.stratified},
          {"shuffle", v.shuffle},
          {"seed", v.seed},
          {"repeats", v.repeats},
          {"groups", v.groups},
          {"leave_one_group_out", v.leave_one_group_out},
          {"hold_out", v.hold_out},
          {"outer", v.outer ? Json{{"k", v.outer->k}, {"fold", v.outer->fold}} : Json(nullptr)}};
}

Json write(const FoldSchedule& v) {
  return {
      {"order", to_string(v.order)},
      {"top", v.top},
      {"aggregate", to_string(v.aggregate)},
      {"race", v.race ? Json{{"confidence", v.race->confidence}, {"min_folds", v.race->min_folds}}
                      : Json(nullptr)}};
}

Json write(const FinalStages& v) {
  Json cross_validate = nullptr;
  if (const auto& stage = v.cross_validate)
    cross_validate = {{"k", stage->k},
                      {"repeats", stage->repeats},
                      {"top", stage->top},
                      {"stratified", stage->stratified},
                      {"shuffle", stage->shuffle}};
  Json train = nullptr;
  if (v.train)
    train = {{"on_validation_too", v.train->on_validation_too}, {"epochs", write(v.train->epochs)}};
  return {
      {"cross_validate", std::move(cross_validate)}, {"train", std::move(train)}, {"test", v.test}};
}

Json write(const std::optional<StageOrigin>& v) {
  if (!v) return nullptr;
  return {{"study", v->study}, {"stage", to_string(v->stage)}, {"trials", Json(v->trials)}};
}

Json write(const ResourceSpec& v) {
  return {{"labels", Json(v.labels)},
          {"worker_lost", v.retries.worker_lost},
          {"out_of_memory", v.retries.out_of_memory},
          {"error", v.retries.error},
          {"checkpoint_every_epochs", v.checkpoint_every_epochs},
          {"slots", v.slots},
          {"gpu_memory_mib", v.gpu_memory_mib},
          {"priority", v.priority}};
}

}  // namespace

std::string spec_to_json(const StudySpec& spec) {
  Json enqueue = Json::array();
  for (const auto& point : spec.enqueue) enqueue.push_back(write(point));
  Json evaluate = Json::array();
  for (const auto& artifact : spec.evaluate) evaluate.push_back(write(artifact));
  return dump({{"name", spec.name},
               {"description", spec.description},
               {"tags", Json(spec.tags)},
               {"notes", spec.notes},
               {"seed", spec.seed},
               {"data", write(spec.data)},
               {"model", write(spec.model)},
               {"constants", write(spec.constants)},
               {"space", write(spec.space)},
               {"objective", write(spec.objective)},
               {"more_objectives", write(spec.more_objectives)},
               {"constraints", write(spec.constraints)},
               {"sampler", write(spec.sampler)},
               {"pruning", write(spec.pruning)},
               {"folds", write(spec.folds)},
               {"schedule", write(spec.schedule)},
               {"final_stages", write(spec.final_stages)},
               {"origin", write(spec.origin)},
               {"evaluate", std::move(evaluate)},
               {"trials", spec.trials},
               {"timeout_seconds", write(spec.timeout_seconds)},
               {"parallel", write(spec.parallel)},
               {"enqueue", std::move(enqueue)},
               {"resources", write(spec.resources)},
               {"source", spec.source}});
}

std::string final_stages_to_json(const FinalStages& stages) { return dump(write(stages)); }

}  // namespace foldmill::storage
