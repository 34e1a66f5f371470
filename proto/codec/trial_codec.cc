#include "proto/codec/trial_codec.h"

#include "proto/codec/enum_codec.h"
#include "proto/codec/folds_codec.h"
#include "proto/codec/study_codec.h"
#include "proto/codec/value_codec.h"

namespace foldmill::proto {

FOLDMILL_ENUM_MAP(ResultKind, v1::ResultKind, ResultKind::kReleased, v1::RESULT_KIND_RELEASED);

namespace {

Result<Goal> decode_goal(const v1::Goal& message) {
  FOLDMILL_ASSIGN_OR_RETURN(const Direction direction, decode_enum<Direction>(message.direction()));
  return Goal{message.metric(), direction};
}

Result<FoldIndex> decode_fold(int64_t fold) {
  if (fold < 0) return invalid_argument(concat("fold ", fold, ": folds are numbered from 0"));
  return FoldIndex(fold);
}

}  // namespace

v1::AskTrialRequest encode(const TrialRequest& request) {
  v1::AskTrialRequest out;
  out.set_study(request.study);
  out.set_key(request.key);
  out.set_holder(request.holder);
  out.set_lease_ms(request.lease.count());
  encode(request.fixed, out.mutable_fixed());
  return out;
}

Result<TrialRequest> decode(const v1::AskTrialRequest& message) {
  TrialRequest request;
  request.study = message.study();
  request.key = message.key();
  request.holder = message.holder();
  request.lease = Milliseconds(message.lease_ms());
  FOLDMILL_ASSIGN_OR_RETURN(request.fixed, decode(message.fixed()));
  FOLDMILL_RETURN_IF_ERROR(request.validate());
  return request;
}

v1::AskedTrial encode(const AskedTrial& trial) {
  v1::AskedTrial out;
  out.set_study(trial.study);
  out.set_trial(trial.trial.value);
  out.set_lease(trial.lease);
  out.set_lease_ms(trial.lease_time.count());
  encode(trial.params, out.mutable_params());
  encode(trial.constants, out.mutable_constants());
  for (const FoldIndex fold : trial.folds) out.add_folds(static_cast<int32_t>(fold.value));
  *out.mutable_plan() = encode(trial.plan);
  out.set_epochs(trial.epochs);
  for (const Goal& goal : trial.goals) {
    v1::Goal* message = out.add_goals();
    message->set_metric(goal.metric);
    message->set_direction(encode_enum(goal.direction));
  }
  return out;
}

Result<AskedTrial> decode(const v1::AskedTrial& message) {
  AskedTrial trial;
  trial.study = message.study();
  trial.trial = TrialNumber(message.trial());
  trial.lease = message.lease();
  trial.lease_time = Milliseconds(message.lease_ms());
  FOLDMILL_ASSIGN_OR_RETURN(trial.params, decode(message.params()));
  FOLDMILL_ASSIGN_OR_RETURN(trial.constants, decode(message.constants()));
  FOLDMILL_ASSIGN_OR_RETURN(trial.folds, decode_each<FoldIndex>(message.folds(), decode_fold));
  FOLDMILL_ASSIGN_OR_RETURN(trial.plan, decode(message.plan()));
  trial.epochs = message.epochs();
  FOLDMILL_ASSIGN_OR_RETURN(trial.goals, decode_each<Goal>(message.goals(), decode_goal));
  return trial;
}

v1::HeldTrial encode(const HeldTrial& held) {
  v1::HeldTrial out;
  out.set_study(held.study);
  out.set_trial(held.trial.value);
  out.set_lease(held.lease);
  return out;
}

Result<HeldTrial> decode(const v1::HeldTrial& message) {
  if (message.study().empty()) return invalid_argument("the study's name is missing");
  if (message.trial() < 0)
    return invalid_argument(concat("trial ", message.trial(), ": trials are numbered from 0"));
  if (message.lease() < 0)
    return invalid_argument(concat("lease ", message.lease(), ": leases are numbered from 1"));
  return HeldTrial{message.study(), TrialNumber(message.trial()), message.lease()};
}

v1::ReportEpochRequest encode(const HeldReport& report) {
  v1::ReportEpochRequest out;
  *out.mutable_of() = encode(report.of);
  out.set_fold(static_cast<int32_t>(report.fold.value));
  out.set_epoch(report.report.epoch);
  out.set_value(report.value);
  encode(report.report.metrics, out.mutable_metrics());
  out.set_seconds(report.report.seconds);
  return out;
}

Result<HeldReport> decode(const v1::ReportEpochRequest& message) {
  HeldReport report;
  FOLDMILL_ASSIGN_OR_RETURN(report.of, decode(message.of()));
  FOLDMILL_ASSIGN_OR_RETURN(report.fold, decode_fold(message.fold()));
  report.value = message.value();
  report.report.epoch = message.epoch();
  FOLDMILL_ASSIGN_OR_RETURN(report.report.metrics, decode(message.metrics()));
  FOLDMILL_ASSIGN_OR_RETURN(report.report.seconds, decode_seconds(message.seconds()));
  return report;
}

v1::TellTrialRequest encode(const HeldResult& told) {
  const TrialResult& result = told.result;
  v1::TellTrialRequest out;
  *out.mutable_of() = encode(told.of);
  out.set_kind(encode_enum(result.kind));
  if (result.fold) out.set_fold(static_cast<int32_t>(result.fold->value));
  if (result.value) out.set_value(*result.value);
  encode(result.metrics, out.mutable_metrics());
  out.set_cause(encode_enum(result.cause));
  out.set_message(result.message);
  return out;
}

Result<HeldResult> decode(const v1::TellTrialRequest& message) {
  HeldResult told;
  TrialResult& result = told.result;
  FOLDMILL_ASSIGN_OR_RETURN(told.of, decode(message.of()));
  FOLDMILL_ASSIGN_OR_RETURN(result.kind, decode_enum<ResultKind>(message.kind()));
  if (message.has_fold()) {
    FOLDMILL_ASSIGN_OR_RETURN(result.fold, decode_fold(message.fold()));
  }
  if (message.has_value()) result.value = message.value();
  FOLDMILL_ASSIGN_OR_RETURN(result.metrics, decode(message.metrics()));
  if (message.cause() != v1::END_CAUSE_UNSPECIFIED) {
    FOLDMILL_ASSIGN_OR_RETURN(result.cause, decode_enum<EndCause>(message.cause()));
  }
  result.message = sound_utf8(message.message(), kMaxTellMessageBytes);
  return told;
}

v1::TrialStanding encode(const TrialStanding& standing) {
  v1::TrialStanding out;
  out.set_state(encode_enum(standing.state));
  out.set_go_on(standing.go_on);
  out.set_repeated(standing.repeated);
  if (standing.value) out.set_value(*standing.value);
  out.set_note(standing.note);
  return out;
}

Result<TrialStanding> decode(const v1::TrialStanding& message) {
  TrialStanding standing;
  FOLDMILL_ASSIGN_OR_RETURN(standing.state, decode_enum<TrialState>(message.state()));
  standing.go_on = message.go_on();
  standing.repeated = message.repeated();
  if (message.has_value()) standing.value = message.value();
  standing.note = message.note();
  return standing;
}

v1::EnqueueTrialRequest encode(const EnqueueRequest& request) {
  v1::EnqueueTrialRequest out;
  out.set_study(request.study);
  encode(request.point, out.mutable_point());
  out.set_again(request.again);
  return out;
}

Result<EnqueueRequest> decode(const v1::EnqueueTrialRequest& message) {
  if (message.study().empty()) return invalid_argument("the study's name is missing");
  FOLDMILL_ASSIGN_OR_RETURN(ParameterSet point, decode(message.point()));
  return EnqueueRequest{message.study(), std::move(point), message.again()};
}

}  // namespace foldmill::proto
