#include "worker/agent/trainer_messages.h"

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/random.h"
#include "core/text.h"
#include "core/wire_name.h"

namespace foldmill::worker {
namespace {

using Json = nlohmann::json;

// Thrown by the readers below and turned into a Status in parse_trainer_message alone.
struct BadMessage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

const Json& member(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) throw BadMessage(concat("'", key, "' is missing"));
  return *found;
}

std::string read_string(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_string()) throw BadMessage(concat("'", key, "' must be a string"));
  return value.get<std::string>();
}

int64_t read_integer(const Json& object, const char* key, int64_t least) {
  const Json& value = member(object, key);
  const bool too_big = value.is_number_unsigned() &&
                       value.get<uint64_t>() > uint64_t(std::numeric_limits<int64_t>::max());
  if (!value.is_number_integer() || too_big || value.get<int64_t>() < least)
    throw BadMessage(concat("'", key, "' must be an integer, at least ", least));
  return value.get<int64_t>();
}

double read_number(const Json& value, const std::string& key) {
  if (value.is_number()) return value.get<double>();
  if (value.is_string()) {
    const auto text = value.get<std::string>();
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
  }
  throw BadMessage(concat("'", key, R"(' must be a number, "nan", "inf" or "-inf")"));
}

AttemptId read_attempt(const Json& object) { return AttemptId{read_integer(object, "attempt", 1)}; }

std::vector<std::string> read_strings(const Json& object, const char* key) {
  const Json& value = member(object, key);
  if (!value.is_array()) throw BadMessage(concat("'", key, "' must be a list of strings"));
  std::vector<std::string> strings;
  for (const Json& item : value) {
    if (!item.is_string()) throw BadMessage(concat("'", key, "' must be a list of strings"));
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

TrainerMessage read_ready(const Json& object) {
  TrainerReady ready;
  ready.protocol = static_cast<int>(read_integer(object, "protocol", 0));
  ready.name = read_string(object, "name");
  ready.version = read_string(object, "version");
  ready.models = read_strings(object, "models");
  return ready;
}

TrainerMessage read_started(const Json& object) { return TrainerStarted{read_attempt(object)}; }

TrainerMessage read_epoch(const Json& object) {
  TrainerEpoch epoch{read_attempt(object), {}};
  epoch.report.epoch = read_integer(object, "epoch", 1);
  epoch.report.seconds = read_number(member(object, "seconds"), "seconds");
  if (!std::isfinite(epoch.report.seconds) || epoch.report.seconds < 0)
    throw BadMessage("'seconds' must be finite and not negative");
  const Json& metrics = member(object, "metrics");
  if (!metrics.is_object()) throw BadMessage("'metrics' must be an object");
  for (const auto& [name, value] : metrics.items()) {
    if (name.empty()) throw BadMessage("a metric has no name");
    epoch.report.metrics.emplace_back(name, read_number(value, name));
  }
  return epoch;
}

TrainerMessage read_checkpoint(const Json& object) {
  return TrainerCheckpoint{read_attempt(object), read_integer(object, "epoch", 1),
                           read_string(object, "path")};
}

TrainerMessage read_artifact(const Json& object) {
  TrainerArtifact artifact{read_attempt(object), read_string(object, "name"),
                           read_string(object, "path")};
  // What the coordinator would refuse must not look like a file that is kept.
  if (const Status sound = check_artifact_name(artifact.name); !sound.ok())
    throw BadMessage(sound.message());
  return artifact;
}

TrainerMessage read_finished(const Json& object) {
  const std::string outcome = read_string(object, "outcome");
  if (outcome != "completed" && outcome != "stopped")
    throw BadMessage(concat("'outcome' must be completed or stopped, not '", outcome, "'"));
  return TrainerFinished{read_attempt(object), outcome == "stopped"};
}

TrainerMessage read_failed(const Json& object) {
  const std::string text = read_string(object, "cause");
  const auto cause = parse_end_cause(text);
  switch (cause.value_or(EndCause::kNone)) {
    case EndCause::kDiverged:
    case EndCause::kOutOfMemory:
    case EndCause::kDataMissing:
    case EndCause::kUserError:
    case EndCause::kInternal:
      return TrainerFailed{read_attempt(object), *cause, read_string(object, "message")};
    default:
      throw BadMessage(
          concat("'cause' must be diverged, out_of_memory, data_missing, user_error "
                 "or internal, not '",
                 text, "'"));
  }
}

TrainerMessage read_message(std::string_view line) {
  static const std::map<std::string_view, TrainerMessage (*)(const Json&)> readers = {
      {TrainerReady::kType, read_ready},       {TrainerStarted::kType, read_started},
      {TrainerEpoch::kType, read_epoch},       {TrainerCheckpoint::kType, read_checkpoint},
      {TrainerArtifact::kType, read_artifact}, {TrainerFinished::kType, read_finished},
      {TrainerFailed::kType, read_failed}};
  const Json object = Json::parse(line, nullptr, false);
  if (!object.is_object()) throw BadMessage("not a JSON object");
  const std::string type = read_string(object, "type");
  const auto reader = readers.find(type);
  if (reader == readers.end()) throw BadMessage(concat("unknown type '", type, "'"));
  return reader->second(object);
}

// Invalid UTF-8 in a user's string must not stop the worker: it is replaced.
std::string to_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// A double that is not finite has no JSON form; see protocol.md.
Json to_json(const ParameterValue& value) {
  const auto* number = std::get_if<double>(&value);
  if (number != nullptr && !std::isfinite(*number)) return format_number(*number);
  return std::visit([](const auto& v) { return Json(v); }, value);
}

Json normalize_json(const DataSpec& data) {
  if (data.normalize == Normalize::kGiven) return {{"mean", data.mean}, {"std", data.stddev}};
  return to_string(data.normalize);
}

Json data_json(const DataSpec& data) {
  Json object = {
      {"dataset", data.dataset}, {"path", data.path}, {"normalize", normalize_json(data)}};
  if (data.subset_train)
    object["subset"] = {{"train", *data.subset_train}, {"stratified", data.subset_stratified}};
  return object;
}

Json model_json(const ModelSpec& model, const LocalFiles& files) {
  Json object = {{"type", model.type},
                 {"variant", model.variant},
                 {"target", to_string(model.target)},
                 {"classes", model.classes}};
  if (const auto& encoder = model.encoder)
    object["encoder"] = {{"file", encoder->artifact ? files.encoder : encoder->file},
                         {"freeze", encoder->freeze},
                         {"study", encoder->study},
                         {"trial", encoder->trial},
                         {"sha256", encoder->artifact ? encoder->artifact->sha256 : ""}};
  return object;
}

Json folds_json(const FoldPlan& plan) {
  Json object = {{"k", plan.k},
                 {"repeats", plan.repeats},
                 {"validation_fraction", plan.validation_fraction},
                 {"stratified", plan.stratified},
                 {"shuffle", plan.shuffle},
                 {"seed", plan.seed},
                 {"hold_out", plan.hold_out}};
  if (!plan.groups.empty()) {
    object["groups"] = plan.groups;
    object["leave_one_group_out"] = plan.leave_one_group_out;
  }
  if (plan.outer) object["outer"] = {{"k", plan.outer->k}, {"fold", plan.outer->fold}};
  return object;
}

}  // namespace

Result<TrainerMessage> parse_trainer_message(std::string_view line) {
  constexpr size_t kQuoted = 200;
  try {
    return read_message(line);
  } catch (const std::exception& error) {
    return invalid_argument(concat("sent a line that is not of the protocol: ", error.what(),
                                   "; the line begins: ", line.substr(0, kQuoted)));
  }
}

std::string hello_line(const TrainerHello& hello) {
  Json line = {{"type", "hello"},           {"protocol", kTrainerProtocol},
               {"slot", hello.slot},        {"device", hello.device},
               {"threads", hello.threads},  {"data_dirs", hello.data_dirs},
               {"work_dir", hello.work_dir}};
  if (!hello.cache_dir.empty()) line["cache_dir"] = hello.cache_dir;
  return to_line(line);
}

std::string assignment_line(const Assignment& assignment, const LocalFiles& files) {
  Json params = Json::object();
  for (const auto& [name, value] : assignment.params) params[name] = to_json(value);
  Json line = {{"type", "assignment"},
               {"attempt", assignment.attempt.value},
               {"study", assignment.study_name},
               {"trial", assignment.fold.trial.value},
               {"fold", assignment.fold.fold.value},
               {"seed", assignment.seed},
               {"attempt_seed", derive_seed(assignment.seed, RandomPurpose::kInit,
                                            assignment.fold.trial, assignment.fold.fold)},
               {"data", data_json(assignment.data)},
               {"folds", folds_json(assignment.folds)},
               {"model", model_json(assignment.model, files)},
               {"params", std::move(params)},
               {"objective",
                {{"metric", assignment.objective.metric},
                 {"direction", to_string(assignment.objective.direction)},
                 {"take", to_string(assignment.objective.take)}}},
               {"epochs", assignment.epochs},
               {"first_epoch", assignment.first_epoch()},
               {"checkpoint_every_epochs", assignment.checkpoint_every_epochs},
               {"slots", assignment.slots}};
  if (assignment.evaluate)
    line["evaluate"] = {{"file", files.evaluate}, {"sha256", assignment.evaluate->sha256}};
  if (assignment.resume_from)
    line["resume_from"] = {{"path", files.checkpoint}, {"epoch", assignment.resume_from->epoch}};
  return to_line(line);
}

std::string stop_line(AttemptId attempt, EndCause cause) {
  return to_line({{"type", "stop"}, {"attempt", attempt.value}, {"cause", to_string(cause)}});
}

std::string shutdown_line() { return to_line({{"type", "shutdown"}}); }

}  // namespace foldmill::worker
