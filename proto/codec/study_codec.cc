#include "proto/codec/study_codec.h"

#include "core/text.h"
#include "proto/codec/enum_codec.h"
#include "proto/codec/folds_codec.h"
#include "proto/codec/search_codec.h"
#include "proto/codec/value_codec.h"

namespace foldmill::proto {
namespace {

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
  spec->pruning = decode(message.pruning());
  spec->trials = message.trials();
  if (message.has_timeout_seconds()) spec->timeout_seconds = message.timeout_seconds();
  if (message.has_parallel()) spec->parallel = message.parallel();
  spec->resources = decode_resources(message.resources());
  spec->source = message.source();
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
    *out.add_space() = encode(parameter);
  *out.mutable_objective() = encode(spec.objective);
  encode_goals(spec, &out);
  *out.mutable_sampler() = encode(spec.sampler);
  *out.mutable_pruning() = encode(spec.pruning);
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
  FOLDMILL_ASSIGN_OR_RETURN(spec.sampler, decode(message.sampler()));
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
