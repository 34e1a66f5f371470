// What the coordinator says to workers.

#include <algorithm>

#include "core/overload.h"
#include "core/text.h"
#include "proto/codec/enum_codec.h"
#include "proto/codec/folds_codec.h"
#include "proto/codec/study_codec.h"
#include "proto/codec/value_codec.h"
#include "proto/codec/worker_codec.h"

namespace foldmill::proto {

FOLDMILL_ENUM_MAP(AckVerdict, v1::AckVerdict, AckVerdict::kRejected, v1::ACK_VERDICT_REJECTED);

namespace {

v1::Assignment encode_assignment(const SlotAssignment& slot) {
  const Assignment& assignment = slot.assignment;
  v1::Assignment out;
  out.set_attempt(assignment.attempt.value);
  out.set_slot(static_cast<int32_t>(slot.slot));
  out.set_study(assignment.fold.study.value);
  out.set_study_name(assignment.study_name);
  out.set_trial(assignment.fold.trial.value);
  out.set_fold(static_cast<int32_t>(assignment.fold.fold.value));
  out.set_seed(assignment.seed);
  *out.mutable_data() = encode(assignment.data);
  *out.mutable_model() = encode(assignment.model);
  *out.mutable_folds() = encode(assignment.folds);
  encode(assignment.params, out.mutable_params());
  *out.mutable_objective() = encode(assignment.objective);
  out.set_epochs(assignment.epochs);
  out.set_checkpoint_every_epochs(assignment.checkpoint_every_epochs);
  if (assignment.resume_from) *out.mutable_resume_from() = encode(*assignment.resume_from);
  out.set_slots(assignment.slots);
  if (assignment.evaluate) *out.mutable_evaluate() = encode(*assignment.evaluate);
  out.set_leased_us(encode(slot.leased));
  return out;
}

Status check_assignment_numbers(const v1::Assignment& message) {
  if (message.study() < 1 || message.trial() < 0 || message.slot() < 0)
    return invalid_argument("assignment: study, trial or slot is out of range");
  if (message.epochs() < 1 || message.checkpoint_every_epochs() < 1)
    return invalid_argument("assignment: epochs and checkpoint_every_epochs start at 1");
  return ok_status();
}

Result<SlotAssignment> decode_assignment(const v1::Assignment& message) {
  FOLDMILL_RETURN_IF_ERROR(check_assignment_numbers(message));
  SlotAssignment out;
  out.slot = message.slot();
  out.leased = decode_time(message.leased_us());
  Assignment& assignment = out.assignment;
  FOLDMILL_ASSIGN_OR_RETURN(assignment.attempt, decode_attempt(message.attempt()));
  assignment.fold = {StudyId(message.study()), TrialNumber(message.trial()),
                     FoldIndex(message.fold())};
  assignment.study_name = message.study_name();
  assignment.seed = message.seed();
  FOLDMILL_ASSIGN_OR_RETURN(assignment.data, decode(message.data()));
  FOLDMILL_ASSIGN_OR_RETURN(assignment.model, decode(message.model()));
  FOLDMILL_ASSIGN_OR_RETURN(assignment.folds, decode(message.folds()));
  if (message.fold() < 0 || message.fold() >= assignment.folds.total())
    return invalid_argument(
        concat("assignment: fold ", message.fold(), " is none of ", assignment.folds.total()));
  FOLDMILL_ASSIGN_OR_RETURN(assignment.params, decode(message.params()));
  FOLDMILL_ASSIGN_OR_RETURN(assignment.objective, decode(message.objective()));
  assignment.epochs = message.epochs();
  assignment.checkpoint_every_epochs = message.checkpoint_every_epochs();
  if (message.has_resume_from()) {
    FOLDMILL_ASSIGN_OR_RETURN(assignment.resume_from, decode(message.resume_from()));
  }
  if (message.slots() < 0) return invalid_argument("assignment: slots is negative");
  assignment.slots = std::max(message.slots(), 1);
  if (message.has_evaluate()) {
    FOLDMILL_ASSIGN_OR_RETURN(assignment.evaluate, decode(message.evaluate()));
  }
  return out;
}

Result<Welcome> decode_welcome(const v1::Welcome& message) {
  if (message.worker() < 1 || message.lease_ms() < 1 || message.heartbeat_ms() < 1)
    return invalid_argument("welcome: worker, lease_ms and heartbeat_ms start at 1");
  Welcome out{message.version(),
              WorkerId(message.worker()),
              Milliseconds(message.lease_ms()),
              Milliseconds(message.heartbeat_ms()),
              {}};
  for (const int64_t id : message.keep()) {
    FOLDMILL_ASSIGN_OR_RETURN(AttemptId attempt, decode_attempt(id));
    out.keep.push_back(attempt);
  }
  return out;
}

Result<Ack> decode_ack(const v1::Ack& message) {
  FOLDMILL_ASSIGN_OR_RETURN(AckVerdict verdict, decode_enum<AckVerdict>(message.verdict()));
  return Ack{message.sequence(), verdict, message.message()};
}

Result<Stop> decode_stop(const v1::Stop& message) {
  FOLDMILL_ASSIGN_OR_RETURN(AttemptId attempt, decode_attempt(message.attempt()));
  FOLDMILL_ASSIGN_OR_RETURN(EndCause cause, decode_enum<EndCause>(message.cause()));
  return Stop{attempt, cause};
}

template <class Part>
Result<CoordinatorMessage> as_message(Result<Part> part) {
  if (!part.ok()) return part.status();
  return CoordinatorMessage(std::move(part).value());
}

}  // namespace

v1::CoordinatorMessage encode(const CoordinatorMessage& message) {
  v1::CoordinatorMessage out;
  std::visit(Overload{
                 [&](const Welcome& m) {
                   out.mutable_welcome()->set_version(m.version);
                   out.mutable_welcome()->set_worker(m.worker.value);
                   out.mutable_welcome()->set_lease_ms(m.lease.count());
                   out.mutable_welcome()->set_heartbeat_ms(m.heartbeat.count());
                   for (const AttemptId id : m.keep) out.mutable_welcome()->add_keep(id.value);
                 },
                 [&](const SlotAssignment& m) { *out.mutable_assignment() = encode_assignment(m); },
                 [&](const Ack& m) {
                   out.mutable_ack()->set_sequence(m.sequence);
                   out.mutable_ack()->set_verdict(encode_enum(m.verdict));
                   out.mutable_ack()->set_message(m.message);
                 },
                 [&](const Stop& m) {
                   out.mutable_stop()->set_attempt(m.attempt.value);
                   out.mutable_stop()->set_cause(encode_enum(m.cause));
                 },
                 [&](const Drain&) { out.mutable_drain(); },
             },
             message);
  return out;
}

Result<CoordinatorMessage> decode(const v1::CoordinatorMessage& message) {
  switch (message.kind_case()) {
    case v1::CoordinatorMessage::kWelcome:
      return as_message(decode_welcome(message.welcome()));
    case v1::CoordinatorMessage::kAssignment:
      return as_message(decode_assignment(message.assignment()));
    case v1::CoordinatorMessage::kAck:
      return as_message(decode_ack(message.ack()));
    case v1::CoordinatorMessage::kStop:
      return as_message(decode_stop(message.stop()));
    case v1::CoordinatorMessage::kDrain:
      return CoordinatorMessage(Drain{});
    case v1::CoordinatorMessage::KIND_NOT_SET:
      break;
  }
  return invalid_argument("a message without content, or of a kind this version does not know");
}

}  // namespace foldmill::proto
