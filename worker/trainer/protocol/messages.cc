#include "worker/trainer/protocol/messages.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text.h"

namespace foldmill::trainer {
namespace {

using Json = nlohmann::json;

constexpr const char* kDefaultVariant = "conv3";

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
  return hello;
}

Result<ParameterSet> parse_params(const Json& json) {
  ParameterSet params;
  for (const auto& [name, value] : json.items()) {
    if (value.is_boolean())
      params.set(name, value.get<bool>());
    else if (value.is_number_integer())
      params.set(name, value.get<int64_t>());
    else if (value.is_number())
      params.set(name, value.get<double>());
    else if (value.is_string())
      params.set(name, value.get<std::string>());
    else
      return bad(concat("parameter ", name, " is neither a bool, a number nor a string"));
  }
  return params;
}

Result<DataSpec> parse_data(const Json& json) {
  DataSpec data;
  json.at("dataset").get_to(data.dataset);
  read_optional(json, "path", data.path);
  const auto normalize = json.value("normalize", std::string("unit"));
  const auto parsed = parse_normalize(normalize);
  if (!parsed) return bad(concat("normalize '", normalize, "' is not known"));
  data.normalize = *parsed;
  if (const auto subset = json.find("subset"); subset != json.end()) {
    data.subset_train = subset->at("train").get<int64_t>();
    read_optional(*subset, "stratified", data.subset_stratified);
  }
  return data;
}

FoldPlan parse_folds(const Json& json) {
  FoldPlan plan;
  json.at("k").get_to(plan.k);
  read_optional(json, "validation_fraction", plan.validation_fraction);
  read_optional(json, "stratified", plan.stratified);
  read_optional(json, "shuffle", plan.shuffle);
  json.at("seed").get_to(plan.seed);
  return plan;
}

Status check_assignment(const TrainerAssignment& parsed, const Json& json) {
  const Assignment& assignment = parsed.assignment;
  const int64_t first = parsed.resume ? parsed.resume->epoch + 1 : 1;
  if (assignment.epochs < 1) return bad("epochs is less than 1");
  if (assignment.checkpoint_every_epochs < 1) return bad("checkpoint_every_epochs is less than 1");
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
  json.at("model").at("type").get_to(assignment.model.type);
  read_optional(json.at("model"), "variant", assignment.model.variant);
  if (assignment.model.variant.empty()) assignment.model.variant = kDefaultVariant;
  FOLDMILL_ASSIGN_OR_RETURN(assignment.params, parse_params(json.at("params")));
  json.at("objective").at("metric").get_to(assignment.objective.metric);
  json.at("epochs").get_to(assignment.epochs);
  read_optional(json, "checkpoint_every_epochs", assignment.checkpoint_every_epochs);
  if (const auto resume = json.find("resume_from"); resume != json.end())
    parsed.resume = {resume->at("path").get<std::string>(), resume->at("epoch").get<int64_t>()};
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
