#include "worker/trainer/protocol/messages.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "worker/trainer/parameter_json.h"

namespace foldmill::trainer {
namespace {

using Json = nlohmann::json;

Status bad(std::string_view what) { return invalid_argument(concat("trainer protocol: ", what)); }

// Sets `out` when the key is there. nlohmann throws on a wrong type; parse_message catches.
template <class T>
void read_optional(const Json& object, const char* key, T& out) {
  if (const auto found = object.find(key); found != object.end()) found->get_to(out);
}

Hello parse_hello(const Json& json) {
  Hello hello;
  json.at("protocol").get_to(hello.protocol);
  json.at("device").get_to(hello.device);
  read_optional(json, "threads", hello.threads);
  read_optional(json, "data_dirs", hello.data_dirs);
  hello.work_dir = json.at("work_dir").get<std::string>();
  hello.cache_dir = json.value("cache_dir", std::string());
  return hello;
}

// Sets `out` to what the word at `key` stands for, when it is there.
template <class Enum>
Status read_word(const Json& object, const char* key,
                 std::optional<Enum> (*parse)(std::string_view), Enum& out) {
  const auto found = object.find(key);
  if (found == object.end()) return ok_status();
  const std::optional<Enum> parsed = parse(found->get<std::string>());
  if (!parsed) return bad(concat(key, " '", found->get<std::string>(), "' is not known"));
  out = *parsed;
  return ok_status();
}

Status parse_statistics(const Json& json, DataSpec& data) {
  data.normalize = Normalize::kGiven;
  json.at("mean").get_to(data.mean);
  json.at("std").get_to(data.stddev);
  if (data.stddev > 0) return ok_status();
  return bad(concat("normalize: std must be positive, got ", format_number(data.stddev)));
}

Result<DataSpec> parse_data(const Json& json) {
  DataSpec data;
  json.at("dataset").get_to(data.dataset);
  read_optional(json, "path", data.path);
  if (const auto given = json.find("normalize"); given != json.end() && given->is_object())
    FOLDMILL_RETURN_IF_ERROR(parse_statistics(*given, data));
  else
    FOLDMILL_RETURN_IF_ERROR(read_word(json, "normalize", parse_normalize, data.normalize));
  if (const auto subset = json.find("subset"); subset != json.end()) {
    data.subset_train = subset->at("train").get<int64_t>();
    read_optional(*subset, "stratified", data.subset_stratified);
  }
  return data;
}

Result<ModelSpec> parse_model(const Json& json) {
  ModelSpec model;
  json.at("type").get_to(model.type);
  read_optional(json, "variant", model.variant);
  if (const auto& variants = variants_of(model.type); model.variant.empty() && !variants.empty())
    model.variant = variants.front();
  FOLDMILL_RETURN_IF_ERROR(read_word(json, "target", parse_target, model.target));
  read_optional(json, "classes", model.classes);
  if (const auto encoder = json.find("encoder"); encoder != json.end()) {
    model.encoder.emplace();
    encoder->at("file").get_to(model.encoder->file);
    read_optional(*encoder, "freeze", model.encoder->freeze);
    read_optional(*encoder, "study", model.encoder->study);
    read_optional(*encoder, "trial", model.encoder->trial);
    if (const auto sha256 = encoder->value("sha256", std::string()); !sha256.empty())
      model.encoder->artifact = ArtifactRef{sha256, 0};
  }
  return model;
}

Result<ObjectiveSpec> parse_objective(const Json& json) {
  ObjectiveSpec objective;
  json.at("metric").get_to(objective.metric);
  FOLDMILL_RETURN_IF_ERROR(read_word(json, "direction", parse_direction, objective.direction));
  FOLDMILL_RETURN_IF_ERROR(read_word(json, "take", parse_take, objective.take));
  return objective;
}

FoldPlan parse_folds(const Json& json) {
  FoldPlan plan;
  json.at("k").get_to(plan.k);
  read_optional(json, "validation_fraction", plan.validation_fraction);
  read_optional(json, "stratified", plan.stratified);
  read_optional(json, "shuffle", plan.shuffle);
  json.at("seed").get_to(plan.seed);
  read_optional(json, "repeats", plan.repeats);
  read_optional(json, "groups", plan.groups);
  read_optional(json, "leave_one_group_out", plan.leave_one_group_out);
  read_optional(json, "hold_out", plan.hold_out);
  if (const auto outer = json.find("outer"); outer != json.end())
    plan.outer = OuterFold{outer->at("k").get<int>(), outer->at("fold").get<int>()};
  return plan;
}

Status check_assignment(const TrainerAssignment& parsed, const Json& json) {
  const Assignment& assignment = parsed.assignment;
  const int64_t first = parsed.resume ? parsed.resume->epoch + 1 : 1;
  if (assignment.epochs < 1) return bad("epochs is less than 1");
  if (assignment.checkpoint_every_epochs < 1) return bad("checkpoint_every_epochs is less than 1");
  if (assignment.slots < 1) return bad("slots is less than 1");
  if (assignment.evaluate && (assignment.epochs != 1 || parsed.resume))
    return bad("a model is evaluated in one epoch, from the beginning");
  if (json.value("first_epoch", first) != first)
    return bad(concat("first_epoch must be ", first, " here"));
  return ok_status();
}

Result<TrainerAssignment> parse_assignment(const Json& json) {
  TrainerAssignment parsed;
  Assignment& assignment = parsed.assignment;
  assignment.attempt = AttemptId(json.at("attempt").get<int64_t>());
  assignment.fold.trial = TrialNumber(json.at("trial").get<int64_t>());
  assignment.fold.fold = FoldIndex(json.at("fold").get<int64_t>());
  json.at("study").get_to(assignment.study_name);
  json.at("seed").get_to(assignment.seed);
  FOLDMILL_ASSIGN_OR_RETURN(assignment.data, parse_data(json.at("data")));
  assignment.folds = parse_folds(json.at("folds"));
  FOLDMILL_ASSIGN_OR_RETURN(assignment.model, parse_model(json.at("model")));
  FOLDMILL_ASSIGN_OR_RETURN(assignment.params, parse_parameters(json.at("params")));
  FOLDMILL_ASSIGN_OR_RETURN(assignment.objective, parse_objective(json.at("objective")));
  json.at("epochs").get_to(assignment.epochs);
  read_optional(json, "checkpoint_every_epochs", assignment.checkpoint_every_epochs);
  if (const auto resume = json.find("resume_from"); resume != json.end())
    parsed.resume = {resume->at("path").get<std::string>(), resume->at("epoch").get<int64_t>()};
  read_optional(json, "slots", assignment.slots);
  if (const auto evaluate = json.find("evaluate"); evaluate != json.end()) {
    assignment.evaluate = ArtifactRef{evaluate->value("sha256", std::string()), 0};
    parsed.evaluate_file = evaluate->at("file").get<std::string>();
  }
  FOLDMILL_RETURN_IF_ERROR(check_assignment(parsed, json));
  return parsed;
}

// Why an assignment was not understood goes back to whoever sent it, if it has a number.
Message assignment_or_refusal(const Json& json) {
  const AttemptId attempt(json.at("attempt").get<int64_t>());
  try {
    Result<TrainerAssignment> parsed = parse_assignment(json);
    if (!parsed.ok()) return RefusedAssignment{attempt, parsed.status().message()};
    return std::move(parsed).value();
  } catch (const Json::exception& error) {
    return RefusedAssignment{attempt, bad(error.what()).message()};
  }
}

Result<Message> parse_stop(const Json& json) {
  const auto cause = json.at("cause").get<std::string>();
  Stop stop{AttemptId(json.at("attempt").get<int64_t>()), StopCause::kNone};
  if (cause == "pruned")
    stop.cause = StopCause::kPruned;
  else if (cause == "cancelled")
    stop.cause = StopCause::kCancelled;
  else if (cause == "preempted")
    stop.cause = StopCause::kPreempted;
  else
    return bad(concat("stop cause '", cause, "' is not known"));
  return Message(stop);
}

Json metric(double value) {
  return std::isfinite(value) ? Json(value) : Json(format_number(value));
}

// File names and messages may hold bytes that are not UTF-8: replaced, not thrown at.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<Message> parse_message(const std::string& line) {
  try {
    const Json json = Json::parse(line);
    const auto type = json.at("type").get<std::string>();
    if (type == "hello") return Message(parse_hello(json));
    if (type == "assignment") return assignment_or_refusal(json);
    if (type == "stop") return parse_stop(json);
    if (type == "shutdown") return Message(Shutdown{});
    return bad(concat("message type '", type, "' is not known"));
  } catch (const Json::exception& error) {
    return bad(error.what());
  }
}

std::string ready_line(const std::string& version, const std::vector<std::string>& models,
                       const std::vector<std::string>& devices) {
  return dump({{"type", "ready"},
               {"protocol", kProtocolVersion},
               {"name", "foldmill-trainer"},
               {"version", version},
               {"models", models},
               {"devices", devices}});
}

std::string started_line(AttemptId attempt) {
  return dump({{"type", "started"}, {"attempt", attempt.value}});
}

std::string epoch_line(AttemptId attempt, const EpochReport& report) {
  Json metrics = Json::object();
  for (const auto& [name, value] : report.metrics) metrics[name] = metric(value);
  return dump({{"type", "epoch"},
               {"attempt", attempt.value},
               {"epoch", report.epoch},
               {"seconds", report.seconds},
               {"metrics", metrics}});
}

std::string checkpoint_line(AttemptId attempt, int64_t epoch, const std::filesystem::path& path) {
  return dump({{"type", "checkpoint"},
               {"attempt", attempt.value},
               {"epoch", epoch},
               {"path", path.string()}});
}

std::string artifact_line(AttemptId attempt, const std::string& name,
                          const std::filesystem::path& path) {
  return dump(
      {{"type", "artifact"}, {"attempt", attempt.value}, {"name", name}, {"path", path.string()}});
}

std::string outcome_line(AttemptId attempt, const AttemptOutcome& outcome) {
  if (outcome.state == AttemptState::kFailed)
    return dump({{"type", "failed"},
                 {"attempt", attempt.value},
                 {"cause", std::string(to_string(outcome.cause))},
                 {"message", outcome.message}});
  const bool completed = outcome.state == AttemptState::kSucceeded;
  return dump({{"type", "finished"},
               {"attempt", attempt.value},
               {"outcome", completed ? "completed" : "stopped"}});
}

}  // namespace foldmill::trainer
