#include "storage/json_pieces.h"
#include "storage/spec_json.h"

namespace foldmill::storage {
namespace {

using storage::read;  // beside those of this file

SearchSpace read_space(const Json& json, const ParameterSet& constants) {
  std::vector<SearchParameter> parameters;
  for (const auto& item : json) {
    std::vector<Condition> when;
    for (const auto& condition : item.at("when"))
      when.push_back({condition.at("parent"), read_values(condition.at("any_of"))});
    parameters.push_back(
        {item.at("name"), read_distribution(item.at("distribution")), std::move(when)});
  }
  return checked(SearchSpace::create(std::move(parameters), constants));
}

void read(const Json& j, DataSpec& v) {
  read(j, "dataset", v.dataset);
  read(j, "path", v.path);
  read_word(j, "normalize", parse_normalize, v.normalize);
  read(j, "mean", v.mean);
  read(j, "stddev", v.stddev);
  read(j, "subset_train", v.subset_train);
  read(j, "subset_stratified", v.subset_stratified);
}

ArtifactRef read_artifact(const Json& j) {
  ArtifactRef artifact{j.at("sha256"), j.at("bytes")};
  if (!is_sha256_hex(artifact.sha256)) throw Malformed{"a model's digest is none"};
  return artifact;
}

EncoderSource read_encoder(const Json& j) {
  EncoderSource encoder;
  read(j, "study", encoder.study);
  read(j, "trial", encoder.trial);
  read(j, "file", encoder.file);
  read(j, "freeze", encoder.freeze);
  read(j, "wait", encoder.wait);
  if (const Json* artifact = find_object(j, "artifact"))
    encoder.artifact = read_artifact(*artifact);
  return encoder;
}

void read(const Json& j, ModelSpec& v) {
  read(j, "type", v.type);
  read(j, "variant", v.variant);
  read_word(j, "target", parse_target, v.target);
  read(j, "classes", v.classes);
  if (const Json* encoder = find_object(j, "encoder")) v.encoder = read_encoder(*encoder);
  read(j, "command", v.command);
  read(j, "workdir", v.workdir);
  read(j, "env", v.env);
}

void read(const Json& j, ObjectiveSpec& v) {
  read(j, "metric", v.metric);
  read_word(j, "direction", parse_direction, v.direction);
  read_word(j, "take", parse_take, v.take);
}

// Specs of earlier versions have neither of the two.
std::vector<Goal> read_goals(const Json& j) {
  std::vector<Goal> goals;
  if (const Json* list = find_object(j, "more_objectives"))
    for (const auto& item : *list) {
      Goal& goal = goals.emplace_back();
      read(item, "metric", goal.metric);
      read_word(item, "direction", parse_direction, goal.direction);
    }
  return goals;
}

std::vector<Constraint> read_constraints(const Json& j) {
  std::vector<Constraint> constraints;
  if (const Json* list = find_object(j, "constraints"))
    for (const auto& item : *list) {
      Constraint& constraint = constraints.emplace_back();
      read(item, "metric", constraint.metric);
      read_word(item, "relation", parse_relation, constraint.relation);
      read(item, "bound", constraint.bound);
    }
  return constraints;
}

void read(const Json& j, SamplerSpec& v) {
  read(j, "type", v.type);
  read(j, "startup_trials", v.startup_trials);
  read(j, "candidates", v.candidates);
  read(j, "multivariate", v.multivariate);
  read(j, "constant_liar", v.constant_liar);
  read(j, "prior_weight", v.prior_weight);
  read(j, "group", v.group);
  read(j, "deterministic", v.deterministic);
  read(j, "max_trials", v.max_trials);
  read(j, "sequence", v.sequence);
  read(j, "scramble", v.scramble);
  read(j, "grid_points", v.grid_points);
  read(j, "sigma", v.sigma);
  read(j, "population", v.population);
}

void read(const Json& j, PruningSpec& v) {
  read(j, "type", v.type);
  read(j, "warmup_trials", v.warmup_trials);
  read(j, "warmup_epochs", v.warmup_epochs);
  read(j, "interval", v.interval);
  read(j, "min_peers", v.min_peers);
  read(j, "percentile", v.percentile);
  read(j, "min_epochs", v.min_epochs);
  read(j, "reduction_factor", v.reduction_factor);
  read(j, "patience", v.patience);
  read(j, "min_delta", v.min_delta);
  read(j, "lower", v.lower);
  read(j, "upper", v.upper);
  read(j, "confidence", v.confidence);
  read(j, "min_folds", v.min_folds);
  read(j, "around", v.around);
}

void read(const Json& j, FoldPlan& v) {
  read(j, "k", v.k);
  read(j, "validation_fraction", v.validation_fraction);
  read(j, "stratified", v.stratified);
  read(j, "shuffle", v.shuffle);
  read(j, "seed", v.seed);
  read(j, "repeats", v.repeats);
  read(j, "groups", v.groups);
  read(j, "leave_one_group_out", v.leave_one_group_out);
  read(j, "hold_out", v.hold_out);
  if (const Json* outer = find_object(j, "outer"))
    v.outer = OuterFold{outer->at("k"), outer->at("fold")};
}

void read(const Json& j, FoldSchedule& v) {
  read_word(j, "order", parse_fold_order, v.order);
  read(j, "top", v.top);
  read_word(j, "aggregate", parse_aggregate, v.aggregate);
  if (const Json* race = find_object(j, "race"))
    v.race = RaceSpec{race->at("confidence"), race->at("min_folds")};
}

void read(const Json& j, FinalStages& v) {
  if (const Json* stage = find_object(j, "cross_validate"))
    v.cross_validate = CrossValidateStage{stage->at("k"), stage->at("repeats"), stage->at("top"),
                                          stage->at("stratified"), stage->at("shuffle")};
  if (const Json* stage = find_object(j, "train")) {
    v.train.emplace();
    read(*stage, "on_validation_too", v.train->on_validation_too);
    read(*stage, "epochs", v.train->epochs);
  }
  read(j, "test", v.test);
}

void read(const Json& j, StageOrigin& v) {
  read(j, "study", v.study);
  read_word(j, "stage", parse_stage, v.stage);
  read(j, "trials", v.trials);
}

// What specs of earlier versions have not got.
void read_stages(const Json& j, StudySpec& spec) {
  if (const Json* schedule = find_object(j, "schedule")) read(*schedule, spec.schedule);
  if (const Json* stages = find_object(j, "final_stages")) read(*stages, spec.final_stages);
  if (const Json* origin = find_object(j, "origin")) read(*origin, spec.origin.emplace());
  if (const Json* evaluate = find_object(j, "evaluate"))
    for (const auto& artifact : *evaluate) spec.evaluate.push_back(read_artifact(artifact));
}

void read(const Json& j, ResourceSpec& v) {
  read(j, "labels", v.labels);
  read(j, "worker_lost", v.retries.worker_lost);
  read(j, "out_of_memory", v.retries.out_of_memory);
  read(j, "error", v.retries.error);
  read(j, "checkpoint_every_epochs", v.checkpoint_every_epochs);
  read(j, "slots", v.slots);
  read(j, "gpu_memory_mib", v.gpu_memory_mib);
  read(j, "priority", v.priority);
}

StudySpec read_spec(const Json& j) {
  StudySpec spec;
  read(j, "name", spec.name);
  read(j, "description", spec.description);
  read(j, "tags", spec.tags);
  read(j, "notes", spec.notes);
  read(j, "seed", spec.seed);
  read(j.at("data"), spec.data);
  read(j.at("model"), spec.model);
  spec.constants = read_set(j.at("constants"));
  spec.space = read_space(j.at("space"), spec.constants);
  read(j.at("objective"), spec.objective);
  spec.more_objectives = read_goals(j);
  spec.constraints = read_constraints(j);
  read(j.at("sampler"), spec.sampler);
  read(j.at("pruning"), spec.pruning);
  read(j.at("folds"), spec.folds);
  read_stages(j, spec);
  read(j, "trials", spec.trials);
  read(j, "timeout_seconds", spec.timeout_seconds);
  read(j, "parallel", spec.parallel);
  for (const auto& point : j.at("enqueue")) spec.enqueue.push_back(read_set(point));
  read(j.at("resources"), spec.resources);
  read(j, "source", spec.source);
  return spec;
}

}  // namespace

Result<StudySpec> spec_from_json(std::string_view text) {
  return parse_json<StudySpec>("study spec", text, read_spec);
}

}  // namespace foldmill::storage
