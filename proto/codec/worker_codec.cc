#include "proto/codec/worker_codec.h"

#include <set>

#include "core/overload.h"
#include "core/text.h"
#include "core/wire_name.h"
#include "proto/codec/enum_codec.h"
#include "proto/codec/value_codec.h"

namespace foldmill::proto {
namespace {

constexpr int64_t kMaxSlots = 1024;
// Of why an attempt ended: often what a program printed. Cut rather than refused, by both sides: an
// attempt whose end cannot be told would never end.
constexpr size_t kMaxReasonBytes = 16 << 10;

v1::Hello encode_hello(const Hello& hello) {
  v1::Hello out;
  out.set_protocol(hello.protocol);
  out.set_version(hello.version);
  out.set_name(hello.name);
  out.set_instance(hello.instance);
  out.set_slots(static_cast<int32_t>(hello.slots));
  *out.mutable_labels() = encode(hello.labels);
  for (const std::string& model : hello.models) out.add_models(model);
  out.set_gpu_memory_mib(hello.gpu_memory_mib);
  for (const RunningAttempt& running : hello.running) {
    v1::RunningAttempt* message = out.add_running();
    message->set_attempt(running.attempt.value);
    message->set_slot(static_cast<int32_t>(running.slot));
    message->set_leased_us(encode(running.leased));
  }
  return out;
}

Status decode_running(const v1::Hello& message, Hello* hello) {
  std::set<int64_t> seen;
  for (const v1::RunningAttempt& running : message.running()) {
    FOLDMILL_ASSIGN_OR_RETURN(AttemptId attempt, decode_attempt(running.attempt()));
    if (!seen.insert(attempt.value).second)
      return invalid_argument(concat("hello names attempt ", attempt.value, " twice"));
    if (running.slot() < 0 || running.slot() >= hello->slots)
      return invalid_argument(concat("hello: slot ", running.slot(), " is none of ", hello->slots));
    hello->running.push_back({attempt, running.slot(), decode_time(running.leased_us())});
  }
  return ok_status();
}

Result<Hello> decode_hello(const v1::Hello& message) {
  Hello hello;
  hello.protocol = message.protocol();
  hello.version = message.version();
  hello.name = message.name();
  if (hello.protocol != kProtocolVersion) return hello;  // the rest may mean something else
  FOLDMILL_RETURN_IF_ERROR(check_wire_name("the worker's name", message.name()));
  FOLDMILL_RETURN_IF_ERROR(check_wire_name("the worker's instance", message.instance()));
  hello.instance = message.instance();
  if (message.slots() < 1 || message.slots() > kMaxSlots)
    return invalid_argument(
        concat("hello: ", message.slots(), " slots; allowed are 1 to ", kMaxSlots));
  hello.slots = message.slots();
  hello.labels = decode(message.labels());
  hello.models.assign(message.models().begin(), message.models().end());
  if (message.gpu_memory_mib() < 0) return invalid_argument("hello: gpu_memory_mib is negative");
  hello.gpu_memory_mib = message.gpu_memory_mib();
  FOLDMILL_RETURN_IF_ERROR(decode_running(message, &hello));
  return hello;
}

v1::EpochReport encode_report(const AttemptReport& report) {
  v1::EpochReport out;
  out.set_attempt(report.attempt.value);
  out.set_epoch(report.report.epoch);
  encode(report.report.metrics, out.mutable_metrics());
  out.set_seconds(report.report.seconds);
  return out;
}

Result<AttemptReport> decode_report(const v1::EpochReport& message) {
  FOLDMILL_ASSIGN_OR_RETURN(AttemptId attempt, decode_attempt(message.attempt()));
  if (message.epoch() < 1)
    return invalid_argument(concat("report of epoch ", message.epoch(), ": epochs start at 1"));
  FOLDMILL_ASSIGN_OR_RETURN(const double seconds, decode_seconds(message.seconds()));
  FOLDMILL_ASSIGN_OR_RETURN(auto metrics, decode(message.metrics()));
  return AttemptReport{attempt, {message.epoch(), std::move(metrics), seconds}};
}

Result<CheckpointSaved> decode_checkpoint(const v1::CheckpointSaved& message) {
  FOLDMILL_ASSIGN_OR_RETURN(AttemptId attempt, decode_attempt(message.attempt()));
  FOLDMILL_ASSIGN_OR_RETURN(Checkpoint checkpoint, decode(message.checkpoint()));
  return CheckpointSaved{attempt, std::move(checkpoint)};
}

Result<ArtifactSaved> decode_artifact(const v1::ArtifactSaved& message) {
  FOLDMILL_ASSIGN_OR_RETURN(AttemptId attempt, decode_attempt(message.attempt()));
  FOLDMILL_RETURN_IF_ERROR(check_artifact_name(message.name()));
  FOLDMILL_ASSIGN_OR_RETURN(ArtifactRef artifact, decode(message.artifact()));
  return ArtifactSaved{attempt, message.name(), std::move(artifact)};
}

v1::AttemptFinished encode_finished(const AttemptFinished& finished) {
  v1::AttemptFinished out;
  out.set_attempt(finished.attempt.value);
  out.set_state(encode_enum(finished.outcome.state));
  out.set_cause(encode_enum(finished.outcome.cause));
  out.set_message(sound_utf8(finished.outcome.message, kMaxReasonBytes));
  for (const auto& [name, artifact] : finished.artifacts) {
    v1::KeptArtifact* kept = out.add_artifacts();
    kept->set_name(name);
    *kept->mutable_artifact() = encode(artifact);
  }
  return out;
}

Result<NamedArtifacts> decode_kept(const v1::AttemptFinished& message) {
  NamedArtifacts artifacts;
  for (const v1::KeptArtifact& kept : message.artifacts()) {
    FOLDMILL_RETURN_IF_ERROR(check_artifact_name(kept.name()));
    FOLDMILL_ASSIGN_OR_RETURN(ArtifactRef artifact, decode(kept.artifact()));
    if (!artifacts.emplace(kept.name(), std::move(artifact)).second)
      return invalid_argument(concat("the artifact '", kept.name(), "' is named twice"));
  }
  return artifacts;
}

Result<AttemptFinished> decode_finished(const v1::AttemptFinished& message) {
  FOLDMILL_ASSIGN_OR_RETURN(AttemptId attempt, decode_attempt(message.attempt()));
  FOLDMILL_ASSIGN_OR_RETURN(AttemptState state, decode_enum<AttemptState>(message.state()));
  if (is_live(state)) return invalid_argument("an attempt that is still live cannot have finished");
  FOLDMILL_ASSIGN_OR_RETURN(EndCause cause, decode_enum<EndCause>(message.cause()));
  FOLDMILL_ASSIGN_OR_RETURN(NamedArtifacts artifacts, decode_kept(message));
  return AttemptFinished{attempt,
                         {state, cause, sound_utf8(message.message(), kMaxReasonBytes)},
                         std::move(artifacts)};
}

// Gives every failed Result<Part> its Status and every other one its place in the message.
template <class Part>
Result<WorkerMessage> with_body(uint64_t sequence, Result<Part> part) {
  if (!part.ok()) return part.status();
  return WorkerMessage{sequence, std::move(part).value()};
}

Result<WorkerMessage> decode_body(const v1::WorkerMessage& message) {
  const uint64_t sequence = message.sequence();
  switch (message.kind_case()) {
    case v1::WorkerMessage::kHello:
      return with_body(sequence, decode_hello(message.hello()));
    case v1::WorkerMessage::kHeartbeat:
      return WorkerMessage{sequence, Heartbeat{}};
    case v1::WorkerMessage::kDraining:
      return WorkerMessage{sequence, Draining{}};
    case v1::WorkerMessage::kAttemptStarted: {
      FOLDMILL_ASSIGN_OR_RETURN(AttemptId id, decode_attempt(message.attempt_started().attempt()));
      return WorkerMessage{sequence, AttemptStarted{id}};
    }
    case v1::WorkerMessage::kEpochReport:
      return with_body(sequence, decode_report(message.epoch_report()));
    case v1::WorkerMessage::kCheckpointSaved:
      return with_body(sequence, decode_checkpoint(message.checkpoint_saved()));
    case v1::WorkerMessage::kArtifactSaved:
      return with_body(sequence, decode_artifact(message.artifact_saved()));
    case v1::WorkerMessage::kAttemptFinished:
      return with_body(sequence, decode_finished(message.attempt_finished()));
    case v1::WorkerMessage::KIND_NOT_SET:
      break;
  }
  return invalid_argument("a message without content, or of a kind this version does not know");
}

bool is_acknowledged(const WorkerMessage& message) {
  return !std::holds_alternative<Hello>(message.body) &&
         !std::holds_alternative<Heartbeat>(message.body) &&
         !std::holds_alternative<Draining>(message.body);
}

}  // namespace

v1::WorkerMessage encode(const WorkerMessage& message) {
  v1::WorkerMessage out;
  out.set_sequence(message.sequence);
  std::visit(
      Overload{
          [&](const Hello& m) { *out.mutable_hello() = encode_hello(m); },
          [&](const Heartbeat&) { out.mutable_heartbeat(); },
          [&](const Draining&) { out.mutable_draining(); },
          [&](const AttemptStarted& m) {
            out.mutable_attempt_started()->set_attempt(m.attempt.value);
          },
          [&](const AttemptReport& m) { *out.mutable_epoch_report() = encode_report(m); },
          [&](const CheckpointSaved& m) {
            out.mutable_checkpoint_saved()->set_attempt(m.attempt.value);
            *out.mutable_checkpoint_saved()->mutable_checkpoint() = encode(m.checkpoint);
          },
          [&](const ArtifactSaved& m) {
            out.mutable_artifact_saved()->set_attempt(m.attempt.value);
            out.mutable_artifact_saved()->set_name(m.name);
            *out.mutable_artifact_saved()->mutable_artifact() = encode(m.artifact);
          },
          [&](const AttemptFinished& m) { *out.mutable_attempt_finished() = encode_finished(m); },
      },
      message.body);
  return out;
}

Result<WorkerMessage> decode(const v1::WorkerMessage& message) {
  FOLDMILL_ASSIGN_OR_RETURN(WorkerMessage out, decode_body(message));
  if (is_acknowledged(out) != (out.sequence > 0))
    return invalid_argument(
        concat("sequence ", out.sequence, " does not belong to a message of this kind"));
  return out;
}

}  // namespace foldmill::proto
