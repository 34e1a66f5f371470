#include "storage/spec_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace foldmill::storage {

namespace {

// Ordered: parameters keep the order of the study file.
using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  // Text that is not UTF-8 is repaired instead of thrown at: it is for people.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// ---- writing

Json write(const ParameterValue& value) {
  return std::visit([](const auto& v) { return Json(v); }, value);
}

Json write(const std::vector<ParameterValue>& values) {
  Json json = Json::array();
  for (const auto& value : values) json.push_back(write(value));
  return json;
}

Json write(const ParameterSet& set) {
  Json json = Json::object();
  for (const auto& [name, value] : set) json[name] = write(value);
  return json;
}

template <class T>
Json write(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json write(const Distribution& distribution) {
  if (const auto* f = distribution.as_float())
    return {{"name", "FloatDistribution"},
            {"attributes",
             {{"step", write(f->step)}, {"low", f->low}, {"high", f->high}, {"log", f->log}}}};
  if (const auto* i = distribution.as_int())
    return {
        {"name", "IntDistribution"},
        {"attributes", {{"log", i->log}, {"step", i->step}, {"low", i->low}, {"high", i->high}}}};
  Json attributes = Json::object();
  attributes["choices"] = write(distribution.as_categorical()->choices);
  return {{"name", "CategoricalDistribution"}, {"attributes", std::move(attributes)}};
}

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

// ---- reading

// Thrown by the readers below, caught in spec_from_json alone.
struct Malformed {
  std::string what;
};

template <class T>
void read(const Json& json, const char* key, T& out) {
  if (const auto it = json.find(key); it != json.end()) it->get_to(out);
}

template <class T>
void read(const Json& json, const char* key, std::optional<T>& out) {
  if (const auto it = json.find(key); it != json.end() && !it->is_null()) out = it->get<T>();
}

template <class Enum>
void read_word(const Json& json, const char* key, std::optional<Enum> (*parse)(std::string_view),
               Enum& out) {
  const auto it = json.find(key);
  if (it == json.end()) return;
  const auto parsed = parse(it->get<std::string>());
  if (!parsed) throw Malformed{concat("'", key, "' is '", it->get<std::string>(), "'")};
  out = *parsed;
}

template <class T>
T checked(Result<T> result) {
  if (!result.ok()) throw Malformed{result.status().message()};
  return std::move(result).value();
}

ParameterValue read_value(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

std::vector<ParameterValue> read_values(const Json& json) {
  std::vector<ParameterValue> values;
  for (const auto& item : json) values.push_back(read_value(item));
  return values;
}

ParameterSet read_set(const Json& json) {
  ParameterSet set;
  for (const auto& [name, value] : json.items()) set.set(name, read_value(value));
  return set;
}

Distribution read_distribution(const Json& json) {
  const auto name = json.at("name").get<std::string>();
  const auto& a = json.at("attributes");
  if (name == "FloatDistribution") {
    std::optional<double> step;
    read(a, "step", step);
    return checked(Distribution::make_float(a.at("low"), a.at("high"), a.at("log"), step));
  }
  if (name == "IntDistribution")
    return checked(Distribution::make_int(a.at("low"), a.at("high"), a.at("log"), a.at("step")));
  if (name == "CategoricalDistribution")
    return checked(Distribution::make_categorical(read_values(a.at("choices"))));
  throw Malformed{concat("unknown distribution '", name, "'")};
}

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

// The value of a key that is there and not null; else nothing.
const Json* find_object(const Json& j, const char* key) {
  const auto it = j.find(key);
  return it == j.end() || it->is_null() ? nullptr : &*it;
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

// The boundary where exceptions of the JSON library end.
template <class T, class Read>
Result<T> parse(const char* what, std::string_view text, Read read_value_from) {
  const auto malformed = [what](std::string_view why) {
    return data_loss(concat("the database holds a malformed ", what, ": ", why));
  };
  try {
    return read_value_from(Json::parse(text));
  } catch (const Malformed& e) {
    return malformed(e.what);
  } catch (const Json::exception& e) {
    return malformed(e.what());
  }
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

Result<StudySpec> spec_from_json(std::string_view text) {
  return parse<StudySpec>("study spec", text, read_spec);
}

std::string final_stages_to_json(const FinalStages& stages) { return dump(write(stages)); }

std::string parameters_to_json(const ParameterSet& set) { return dump(write(set)); }

Result<ParameterSet> parameters_from_json(std::string_view text) {
  return parse<ParameterSet>("point", text, read_set);
}

std::string distribution_to_json(const Distribution& distribution) {
  return dump(write(distribution));
}

Result<Distribution> distribution_from_json(std::string_view text) {
  return parse<Distribution>("distribution", text, read_distribution);
}

std::string strings_to_json(const std::map<std::string, std::string>& strings) {
  return dump(Json(strings));
}

Result<std::map<std::string, std::string>> strings_from_json(std::string_view text) {
  using Strings = std::map<std::string, std::string>;
  return parse<Strings>("map of strings", text, [](const Json& j) { return j.get<Strings>(); });
}

std::string metrics_to_json(const std::vector<std::pair<std::string, double>>& metrics) {
  std::string out = "{";
  for (const auto& [name, value] : metrics) {
    if (out.size() > 1) out += ',';
    out += dump(name) + ':';
    if (std::isnan(value))
      out += "null";
    else if (std::isinf(value))
      out += value > 0 ? "9e999" : "-9e999";
    else
      out += format_number(value);
  }
  return out + '}';
}

}  // namespace foldmill::storage
