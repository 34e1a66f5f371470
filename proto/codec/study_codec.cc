#include "proto/codec/study_codec.h"

#include <cmath>

#include "core/text.h"
#include "proto/codec/enum_codec.h"
#include "proto/codec/folds_codec.h"
#include "proto/codec/value_codec.h"

namespace foldmill::proto {
namespace {

using ValueList = google::protobuf::RepeatedPtrField<v1::ParameterValue>;

void encode_values(const std::vector<ParameterValue>& values, ValueList* out) {
  for (const ParameterValue& value : values) *out->Add() = encode(value);
}

Result<std::vector<ParameterValue>> decode_values(const ValueList& list) {
  return decode_each<ParameterValue>(list, [](const auto& value) { return decode(value); });
}

void encode_distribution(const Distribution& distribution, v1::SearchParameter* out) {
  if (const FloatDistribution* range = distribution.as_float()) {
    v1::FloatRange* message = out->mutable_float_range();
    message->set_low(range->low);
    message->set_high(range->high);
    message->set_log(range->log);
    if (range->step) message->set_step(*range->step);
  } else if (const IntDistribution* integers = distribution.as_int()) {
    v1::IntRange* message = out->mutable_int_range();
    message->set_low(integers->low);
    message->set_high(integers->high);
    message->set_log(integers->log);
    message->set_step(integers->step);
  } else {
    encode_values(distribution.as_categorical()->choices,
                  out->mutable_choices()->mutable_choices());
  }
}

Result<Distribution> decode_distribution(const v1::SearchParameter& message) {
  switch (message.distribution_case()) {
    case v1::SearchParameter::kFloatRange: {
      const v1::FloatRange& range = message.float_range();
      return Distribution::make_float(
          range.low(), range.high(), range.log(),
          range.has_step() ? std::optional(range.step()) : std::nullopt);
    }
    case v1::SearchParameter::kIntRange: {
      const v1::IntRange& range = message.int_range();
      return Distribution::make_int(range.low(), range.high(), range.log(), range.step());
    }
    case v1::SearchParameter::kChoices: {
      FOLDMILL_ASSIGN_OR_RETURN(auto choices, decode_values(message.choices().choices()));
      return Distribution::make_categorical(std::move(choices));
    }
    case v1::SearchParameter::DISTRIBUTION_NOT_SET:
      break;
  }
  return invalid_argument("there is no range to search");
}

v1::SearchParameter encode_search_parameter(const SearchParameter& parameter) {
  v1::SearchParameter out;
  out.set_name(parameter.name);
  encode_distribution(parameter.distribution, &out);
  for (const Condition& condition : parameter.when) {
    v1::Condition* message = out.add_when();
    message->set_parent(condition.parent);
    encode_values(condition.any_of, message->mutable_any_of());
  }
  return out;
}

Result<Condition> decode_condition(const v1::Condition& message) {
  FOLDMILL_ASSIGN_OR_RETURN(auto any_of, decode_values(message.any_of()));
  return Condition{message.parent(), std::move(any_of)};
}

Result<SearchParameter> decode_search_parameter(const v1::SearchParameter& message) {
  Result<Distribution> distribution = decode_distribution(message);
  if (!distribution.ok()) return distribution.status().with_context(message.name());
  auto when = decode_each<Condition>(message.when(), decode_condition);
  if (!when.ok()) return when.status().with_context(message.name());
  return SearchParameter{message.name(), std::move(distribution).value(), std::move(when).value()};
}

v1::SamplerSpec encode_sampler(const SamplerSpec& sampler) {
  v1::SamplerSpec out;
  out.set_type(sampler.type);
  out.set_startup_trials(sampler.startup_trials);
  out.set_candidates(sampler.candidates);
  out.set_multivariate(sampler.multivariate);
  out.set_constant_liar(sampler.constant_liar);
  out.set_prior_weight(sampler.prior_weight);
  out.set_group(sampler.group);
  out.set_deterministic(sampler.deterministic);
  out.set_max_trials(sampler.max_trials);
  out.set_sequence(sampler.sequence);
  out.set_scramble(sampler.scramble);
  out.set_grid_points(sampler.grid_points);
  out.set_sigma(sampler.sigma);
  out.set_population(sampler.population);
  return out;
}

Result<SamplerSpec> decode_sampler(const v1::SamplerSpec& message) {
  if (!std::isfinite(message.prior_weight()))
    return invalid_argument("sampler.prior_weight: must be finite");
  SamplerSpec sampler;
  sampler.type = message.type();
  sampler.startup_trials = message.startup_trials();
  sampler.candidates = message.candidates();
  sampler.multivariate = message.multivariate();
  sampler.constant_liar = message.constant_liar();
  sampler.prior_weight = message.prior_weight();
  if (message.has_group()) sampler.group = message.group();
  if (message.has_deterministic()) sampler.deterministic = message.deterministic();
  if (message.has_max_trials()) sampler.max_trials = message.max_trials();
  if (message.has_sequence()) sampler.sequence = message.sequence();
  if (message.has_scramble()) sampler.scramble = message.scramble();
  if (message.has_grid_points()) sampler.grid_points = message.grid_points();
  if (message.has_sigma()) sampler.sigma = message.sigma();
  if (message.has_population()) sampler.population = message.population();
  return sampler;
}

v1::PruningSpec encode_pruning(const PruningSpec& pruning) {
  v1::PruningSpec out;
  out.set_type(pruning.type);
  out.set_warmup_trials(pruning.warmup_trials);
  out.set_warmup_epochs(pruning.warmup_epochs);
  out.set_interval(pruning.interval);
  out.set_min_peers(pruning.min_peers);
  out.set_percentile(pruning.percentile);
  out.set_min_epochs(pruning.min_epochs);
  out.set_reduction_factor(pruning.reduction_factor);
  out.set_patience(pruning.patience);
  out.set_min_delta(pruning.min_delta);
  if (pruning.lower) out.set_lower(*pruning.lower);
  if (pruning.upper) out.set_upper(*pruning.upper);
  out.set_confidence(pruning.confidence);
  out.set_min_folds(pruning.min_folds);
  out.set_around(pruning.around);
  return out;
}

PruningSpec decode_pruning(const v1::PruningSpec& message) {
  PruningSpec pruning;
  pruning.type = message.type();
  pruning.warmup_trials = message.warmup_trials();
  pruning.warmup_epochs = message.warmup_epochs();
  pruning.interval = message.interval();
  pruning.min_peers = message.min_peers();
  if (message.has_percentile()) pruning.percentile = message.percentile();
  if (message.has_min_epochs()) pruning.min_epochs = message.min_epochs();
  if (message.has_reduction_factor()) pruning.reduction_factor = message.reduction_factor();
  if (message.has_patience()) pruning.patience = message.patience();
  if (message.has_min_delta()) pruning.min_delta = message.min_delta();
  if (message.has_lower()) pruning.lower = message.lower();
  if (message.has_upper()) pruning.upper = message.upper();
  if (message.has_confidence()) pruning.confidence = message.confidence();
  if (message.has_min_folds()) pruning.min_folds = message.min_folds();
  pruning.around = message.around();
  return pruning;
}

v1::ResourceSpec encode_resources(const ResourceSpec& resources) {
  v1::ResourceSpec out;
  *out.mutable_labels() = encode(resources.labels);
  out.mutable_retries()->set_worker_lost(resources.retries.worker_lost);
  out.mutable_retries()->set_out_of_memory(resources.retries.out_of_memory);
  out.mutable_retries()->set_error(resources.retries.error);
  out.set_checkpoint_every_epochs(resources.checkpoint_every_epochs);
  out.set_slots(resources.slots);
  out.set_gpu_memory_mib(resources.gpu_memory_mib);
  out.set_priority(resources.priority);
  return out;
}

ResourceSpec decode_resources(const v1::ResourceSpec& message) {
  const v1::RetrySpec& retries = message.retries();
  return {decode(message.labels()),
          {retries.worker_lost(), retries.out_of_memory(), retries.error()},
          message.checkpoint_every_epochs(),
          message.slots() == 0 ? 1 : message.slots(),
          message.gpu_memory_mib(),
          message.priority()};
}

v1::EncoderSource encode_encoder(const EncoderSource& encoder) {
  v1::EncoderSource out;
  out.set_study(encoder.study);
  out.set_trial(encoder.trial);
  out.set_file(encoder.file);
  out.set_freeze(encoder.freeze);
  out.set_wait(encoder.wait);
  if (encoder.artifact) *out.mutable_artifact() = encode(*encoder.artifact);
  return out;
}

Result<EncoderSource> decode_encoder(const v1::EncoderSource& message) {
  EncoderSource encoder{message.study(),  message.trial(), message.file(),
                        message.freeze(), message.wait(),  {}};
  if (message.has_artifact()) {
    FOLDMILL_ASSIGN_OR_RETURN(encoder.artifact, decode(message.artifact()));
  }
  return encoder;
}

// Everything that has no part of its own in the message.
void decode_plain_fields(const v1::StudySpec& message, StudySpec* spec) {
  spec->name = message.name();
  spec->description = message.description();
  spec->tags.assign(message.tags().begin(), message.tags().end());
  spec->notes = message.notes();
  spec->seed = message.seed();
  spec->pruning = decode_pruning(message.pruning());
  spec->trials = message.trials();
  if (message.has_timeout_seconds()) spec->timeout_seconds = message.timeout_seconds();
  if (message.has_parallel()) spec->parallel = message.parallel();
  spec->resources = decode_resources(message.resources());
  spec->source = message.source();
}

Status decode_space(const v1::StudySpec& message, StudySpec* spec) {
  FOLDMILL_ASSIGN_OR_RETURN(spec->constants, decode(message.constants()));
  FOLDMILL_ASSIGN_OR_RETURN(auto parameters,
                            decode_each<SearchParameter>(message.space(), decode_search_parameter));
  FOLDMILL_ASSIGN_OR_RETURN(spec->space,
                            SearchSpace::create(std::move(parameters), spec->constants));
  FOLDMILL_ASSIGN_OR_RETURN(spec->enqueue,
                            decode_each<ParameterSet>(message.enqueue(), [](const auto& point) {
                              return decode(point.parameters());
                            }));
  return ok_status();
}

}  // namespace

v1::DataSpec encode(const DataSpec& data) {
  v1::DataSpec out;
  out.set_dataset(data.dataset);
  out.set_path(data.path);
  out.set_normalize(std::string(to_string(data.normalize)));
  if (data.normalize == Normalize::kGiven) {
    out.set_mean(data.mean);
    out.set_stddev(data.stddev);
  }
  if (data.subset_train) out.set_subset_train(*data.subset_train);
  out.set_subset_stratified(data.subset_stratified);
  return out;
}

Result<DataSpec> decode(const v1::DataSpec& message) {
  DataSpec data;
  data.dataset = message.dataset();
  data.path = message.path();
  const std::optional<Normalize> normalize = parse_normalize(message.normalize());
  if (!normalize)
    return invalid_argument(concat("data.normalize: '", message.normalize(),
                                   "' is none of unit, standard, symmetric, given"));
  data.normalize = *normalize;
  if (message.has_mean()) data.mean = message.mean();
  if (message.has_stddev()) data.stddev = message.stddev();
  if (message.has_subset_train()) data.subset_train = message.subset_train();
  data.subset_stratified = message.subset_stratified();
  return data;
}

v1::ModelSpec encode(const ModelSpec& model) {
  v1::ModelSpec out;
  out.set_type(model.type);
  out.set_variant(model.variant);
  for (const std::string& word : model.command) out.add_command(word);
  out.set_workdir(model.workdir);
  *out.mutable_env() = encode(model.env);
  out.set_target(std::string(to_string(model.target)));
  out.set_classes(model.classes);
  if (model.encoder) *out.mutable_encoder() = encode_encoder(*model.encoder);
  return out;
}

Result<ModelSpec> decode(const v1::ModelSpec& message) {
  if (message.type().empty()) return invalid_argument("model.type: is missing");
  ModelSpec model;
  model.type = message.type();
  model.variant = message.variant();
  model.command.assign(message.command().begin(), message.command().end());
  model.workdir = message.workdir();
  model.env = decode(message.env());
  if (!message.target().empty()) {
    const std::optional<Target> target = parse_target(message.target());
    if (!target)
      return invalid_argument(
          concat("model.target: '", message.target(), "' is neither input nor unit"));
    model.target = *target;
  }
  if (message.has_classes()) model.classes = message.classes();
  if (message.has_encoder()) {
    FOLDMILL_ASSIGN_OR_RETURN(model.encoder, decode_encoder(message.encoder()));
  }
  return model;
}

v1::ObjectiveSpec encode(const ObjectiveSpec& objective) {
  v1::ObjectiveSpec out;
  out.set_metric(objective.metric);
  out.set_direction(encode_enum(objective.direction));
  out.set_take(std::string(to_string(objective.take)));
  return out;
}

Result<ObjectiveSpec> decode(const v1::ObjectiveSpec& message) {
  if (message.metric().empty()) return invalid_argument("objective.metric: is missing");
  FOLDMILL_ASSIGN_OR_RETURN(Direction direction, decode_enum<Direction>(message.direction()));
  const std::optional<Take> take = parse_take(message.take());
  if (!take)
    return invalid_argument(
        concat("objective.take: '", message.take(), "' is neither last nor best_epoch"));
  return ObjectiveSpec{message.metric(), direction, *take};
}

namespace {

void encode_goals(const StudySpec& spec, v1::StudySpec* out) {
  for (const Goal& goal : spec.more_objectives) {
    v1::Goal* message = out->add_more_objectives();
    message->set_metric(goal.metric);
    message->set_direction(encode_enum(goal.direction));
  }
  for (const Constraint& constraint : spec.constraints) {
    v1::Constraint* message = out->add_constraints();
    message->set_metric(constraint.metric);
    message->set_relation(std::string(to_string(constraint.relation)));
    message->set_bound(constraint.bound);
  }
}

Result<Goal> decode_goal(const v1::Goal& message) {
  FOLDMILL_ASSIGN_OR_RETURN(Direction direction, decode_enum<Direction>(message.direction()));
  return Goal{message.metric(), direction};
}

Result<Constraint> decode_constraint(const v1::Constraint& message) {
  const std::optional<Relation> relation = parse_relation(message.relation());
  if (!relation)
    return invalid_argument(
        concat("objective.constraints: '", message.relation(), "' is neither <= nor >="));
  return Constraint{message.metric(), *relation, message.bound()};
}

}  // namespace

v1::StudySpec encode(const StudySpec& spec) {
  v1::StudySpec out;
  out.set_name(spec.name);
  out.set_description(spec.description);
  for (const std::string& tag : spec.tags) out.add_tags(tag);
  out.set_notes(spec.notes);
  out.set_seed(spec.seed);
  *out.mutable_data() = encode(spec.data);
  *out.mutable_model() = encode(spec.model);
  encode(spec.constants, out.mutable_constants());
  for (const SearchParameter& parameter : spec.space.parameters())
    *out.add_space() = encode_search_parameter(parameter);
  *out.mutable_objective() = encode(spec.objective);
  encode_goals(spec, &out);
  *out.mutable_sampler() = encode_sampler(spec.sampler);
  *out.mutable_pruning() = encode_pruning(spec.pruning);
  *out.mutable_folds() = encode(spec.folds);
  *out.mutable_schedule() = encode(spec.schedule);
  *out.mutable_final_stages() = encode(spec.final_stages);
  if (spec.origin) *out.mutable_origin() = encode(*spec.origin);
  for (const ArtifactRef& artifact : spec.evaluate) *out.add_evaluate() = encode(artifact);
  out.set_trials(spec.trials);
  if (spec.timeout_seconds) out.set_timeout_seconds(*spec.timeout_seconds);
  if (spec.parallel) out.set_parallel(*spec.parallel);
  for (const ParameterSet& point : spec.enqueue)
    encode(point, out.add_enqueue()->mutable_parameters());
  *out.mutable_resources() = encode_resources(spec.resources);
  out.set_source(spec.source);
  return out;
}

Result<StudySpec> decode_stored(const v1::StudySpec& message) {
  if (message.source().size() > kMaxStudySourceBytes)
    return invalid_argument(concat("the study file has ", message.source().size(),
                                   " bytes; at most ", kMaxStudySourceBytes, " are kept"));
  StudySpec spec;
  decode_plain_fields(message, &spec);
  FOLDMILL_ASSIGN_OR_RETURN(spec.data, decode(message.data()));
  FOLDMILL_ASSIGN_OR_RETURN(spec.model, decode(message.model()));
  FOLDMILL_ASSIGN_OR_RETURN(spec.objective, decode(message.objective()));
  FOLDMILL_ASSIGN_OR_RETURN(spec.more_objectives,
                            decode_each<Goal>(message.more_objectives(), decode_goal));
  FOLDMILL_ASSIGN_OR_RETURN(spec.constraints,
                            decode_each<Constraint>(message.constraints(), decode_constraint));
  FOLDMILL_ASSIGN_OR_RETURN(spec.sampler, decode_sampler(message.sampler()));
  FOLDMILL_ASSIGN_OR_RETURN(spec.folds, decode(message.folds()));
  FOLDMILL_RETURN_IF_ERROR(decode_stages(message, &spec));
  FOLDMILL_RETURN_IF_ERROR(decode_space(message, &spec));
  return spec;
}

Result<StudySpec> decode(const v1::StudySpec& message) {
  FOLDMILL_ASSIGN_OR_RETURN(StudySpec spec, decode_stored(message));
  FOLDMILL_RETURN_IF_ERROR(spec.validate());
  return spec;
}

}  // namespace foldmill::proto
