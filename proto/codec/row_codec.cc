#include "proto/codec/row_codec.h"

#include "proto/codec/enum_codec.h"
#include "proto/codec/study_codec.h"
#include "proto/codec/value_codec.h"

namespace foldmill::proto {
namespace {

v1::Epoch encode_epoch(const EpochRow& row) {
  v1::Epoch out;
  out.set_epoch(row.epoch);
  out.set_value(row.value);
  encode(row.metrics, out.mutable_metrics());
  out.set_seconds(row.seconds);
  out.set_attempt(row.attempt.value);
  return out;
}

Result<EpochRow> decode_epoch(const v1::Epoch& message) {
  FOLDMILL_ASSIGN_OR_RETURN(auto metrics, decode(message.metrics()));
  return EpochRow{message.epoch(), message.value(), std::move(metrics), message.seconds(),
                  AttemptId(message.attempt())};
}

v1::Attempt encode_attempt(const AttemptRow& row) {
  v1::Attempt out;
  out.set_id(row.id.value);
  out.set_number(row.number);
  out.set_worker(row.worker);
  out.set_slot(static_cast<int32_t>(row.slot));
  out.set_state(encode_enum(row.state));
  out.set_cause(encode_enum(row.cause));
  out.set_message(row.message);
  out.set_first_epoch(row.first_epoch);
  out.set_leased_us(encode(row.leased));
  if (row.ended) out.set_ended_us(encode(*row.ended));
  return out;
}

Result<AttemptRow> decode_attempt(const v1::Attempt& message) {
  AttemptRow row;
  row.id = AttemptId(message.id());
  row.number = message.number();
  row.worker = message.worker();
  row.slot = message.slot();
  FOLDMILL_ASSIGN_OR_RETURN(row.state, decode_enum<AttemptState>(message.state()));
  FOLDMILL_ASSIGN_OR_RETURN(row.cause, decode_enum<EndCause>(message.cause()));
  row.message = message.message();
  row.first_epoch = message.first_epoch();
  row.leased = decode_time(message.leased_us());
  if (message.has_ended_us()) row.ended = decode_time(message.ended_us());
  return row;
}

Result<ArtifactRow> decode_artifact(const v1::NamedArtifact& message) {
  FOLDMILL_ASSIGN_OR_RETURN(ArtifactRef artifact, decode(message.artifact()));
  return ArtifactRow{message.name(), std::move(artifact)};
}

v1::Fold encode_fold(const FoldRow& row) {
  v1::Fold out;
  out.set_fold(static_cast<int32_t>(row.fold.value));
  out.set_state(encode_enum(row.state));
  if (row.value) out.set_value(*row.value);
  out.set_epochs(row.epochs);
  out.set_seconds(row.seconds);
  for (const AttemptRow& attempt : row.attempts) *out.add_attempts() = encode_attempt(attempt);
  for (const EpochRow& epoch : row.curve) *out.add_curve() = encode_epoch(epoch);
  for (const ArtifactRow& artifact : row.artifacts) {
    v1::NamedArtifact* message = out.add_artifacts();
    message->set_name(artifact.name);
    *message->mutable_artifact() = encode(artifact.artifact);
  }
  return out;
}

Result<FoldRow> decode_fold(const v1::Fold& message) {
  FoldRow row;
  row.fold = FoldIndex(message.fold());
  FOLDMILL_ASSIGN_OR_RETURN(row.state, decode_enum<FoldState>(message.state()));
  if (message.has_value()) row.value = message.value();
  row.epochs = message.epochs();
  row.seconds = message.seconds();
  FOLDMILL_ASSIGN_OR_RETURN(row.attempts,
                            decode_each<AttemptRow>(message.attempts(), decode_attempt));
  FOLDMILL_ASSIGN_OR_RETURN(row.curve, decode_each<EpochRow>(message.curve(), decode_epoch));
  FOLDMILL_ASSIGN_OR_RETURN(row.artifacts,
                            decode_each<ArtifactRow>(message.artifacts(), decode_artifact));
  return row;
}

v1::PruneDecision encode_decision(const PruneDecision& decision) {
  v1::PruneDecision out;
  out.set_fold(static_cast<int32_t>(decision.fold.value));
  out.set_epoch(decision.epoch);
  out.set_value(decision.value);
  out.set_threshold(decision.threshold);
  out.set_peers(decision.peers);
  out.set_pruner(decision.pruner);
  if (decision.p_value) out.set_p_value(*decision.p_value);
  return out;
}

PruneDecision decode_decision(const v1::PruneDecision& message) {
  return {.fold = FoldIndex(message.fold()),
          .epoch = message.epoch(),
          .value = message.value(),
          .threshold = message.threshold(),
          .peers = message.peers(),
          .pruner = message.pruner(),
          .p_value = message.has_p_value() ? std::optional(message.p_value()) : std::nullopt};
}

v1::Cell encode_cell(const Cell& cell) {
  v1::Cell out;
  if (const auto* integer = std::get_if<int64_t>(&cell)) out.set_int_value(*integer);
  if (const auto* number = std::get_if<double>(&cell)) out.set_double_value(*number);
  if (const auto* text = std::get_if<std::string>(&cell)) out.set_string_value(*text);
  return out;
}

Cell decode_cell(const v1::Cell& message) {
  switch (message.kind_case()) {
    case v1::Cell::kIntValue:
      return int64_t{message.int_value()};
    case v1::Cell::kDoubleValue:
      return message.double_value();
    case v1::Cell::kStringValue:
      return message.string_value();
    case v1::Cell::KIND_NOT_SET:
      break;
  }
  return std::monostate{};
}

}  // namespace

v1::Study encode(const StudyRow& row) {
  v1::Study out;
  out.set_id(row.id.value);
  *out.mutable_spec() = encode(row.spec);
  out.set_state(encode_enum(row.state));
  out.set_reason(row.reason);
  out.set_created_us(encode(row.created));
  if (row.ended) out.set_ended_us(encode(*row.ended));
  out.set_completed(row.completed);
  out.set_pruned(row.pruned);
  out.set_failed(row.failed);
  out.set_cancelled(row.cancelled);
  out.set_running(row.running);
  if (row.best) out.set_best(row.best->value);
  if (row.best_value) out.set_best_value(*row.best_value);
  out.set_epochs(row.epochs);
  out.set_epochs_saved(row.epochs_saved);
  out.set_seconds(row.seconds);
  for (const TrialNumber trial : row.front) out.add_front(trial.value);
  return out;
}

Result<StudyRow> decode(const v1::Study& message) {
  StudyRow row;
  row.id = StudyId(message.id());
  FOLDMILL_ASSIGN_OR_RETURN(row.spec, decode_stored(message.spec()));
  FOLDMILL_ASSIGN_OR_RETURN(row.state, decode_enum<StudyState>(message.state()));
  row.reason = message.reason();
  row.created = decode_time(message.created_us());
  if (message.has_ended_us()) row.ended = decode_time(message.ended_us());
  row.completed = message.completed();
  row.pruned = message.pruned();
  row.failed = message.failed();
  row.cancelled = message.cancelled();
  row.running = message.running();
  if (message.has_best()) row.best = TrialNumber(message.best());
  if (message.has_best_value()) row.best_value = message.best_value();
  row.epochs = message.epochs();
  row.epochs_saved = message.epochs_saved();
  row.seconds = message.seconds();
  for (const int64_t trial : message.front()) row.front.push_back(TrialNumber(trial));
  return row;
}

v1::Trial encode(const TrialRow& row) {
  v1::Trial out;
  out.set_number(row.number.value);
  out.set_state(encode_enum(row.state));
  encode(row.params, out.mutable_params());
  out.set_enqueued(row.enqueued);
  if (row.value) out.set_value(*row.value);
  out.set_cause(encode_enum(row.cause));
  out.set_message(row.message);
  if (row.decision) *out.mutable_decision() = encode_decision(*row.decision);
  out.set_created_us(encode(row.created));
  if (row.ended) out.set_ended_us(encode(*row.ended));
  out.set_epochs(row.epochs);
  out.set_seconds(row.seconds);
  for (const FoldRow& fold : row.folds) *out.add_folds() = encode_fold(fold);
  encode(row.metrics, out.mutable_metrics());
  out.set_violation(row.violation);
  out.set_estimated(row.estimated);
  return out;
}

Result<TrialRow> decode(const v1::Trial& message) {
  TrialRow row;
  row.number = TrialNumber(message.number());
  FOLDMILL_ASSIGN_OR_RETURN(row.state, decode_enum<TrialState>(message.state()));
  FOLDMILL_ASSIGN_OR_RETURN(row.params, decode(message.params()));
  row.enqueued = message.enqueued();
  if (message.has_value()) row.value = message.value();
  FOLDMILL_ASSIGN_OR_RETURN(row.cause, decode_enum<EndCause>(message.cause()));
  row.message = message.message();
  if (message.has_decision()) row.decision = decode_decision(message.decision());
  row.created = decode_time(message.created_us());
  if (message.has_ended_us()) row.ended = decode_time(message.ended_us());
  row.epochs = message.epochs();
  row.seconds = message.seconds();
  FOLDMILL_ASSIGN_OR_RETURN(row.folds, decode_each<FoldRow>(message.folds(), decode_fold));
  FOLDMILL_ASSIGN_OR_RETURN(row.metrics, decode(message.metrics()));
  row.violation = message.violation();
  row.estimated = message.estimated();
  return row;
}

v1::Worker encode(const WorkerRow& row) {
  v1::Worker out;
  out.set_id(row.id.value);
  out.set_name(row.name);
  out.set_state(row.state);
  out.set_slots(row.slots);
  out.set_busy(row.busy);
  *out.mutable_labels() = encode(row.labels);
  out.set_version(row.version);
  out.set_seen_us(encode(row.seen));
  return out;
}

WorkerRow decode(const v1::Worker& message) {
  WorkerRow row;
  row.id = WorkerId(message.id());
  row.name = message.name();
  row.state = message.state();
  row.slots = message.slots();
  row.busy = message.busy();
  row.labels = decode(message.labels());
  row.version = message.version();
  row.seen = decode_time(message.seen_us());
  return row;
}

v1::QueryResponse encode(const Table& table) {
  v1::QueryResponse out;
  for (const std::string& column : table.columns) out.add_columns(column);
  for (const std::vector<Cell>& row : table.rows) {
    v1::Row* message = out.add_rows();
    for (const Cell& cell : row) *message->add_cells() = encode_cell(cell);
  }
  out.set_truncated(table.truncated);
  return out;
}

Table decode(const v1::QueryResponse& message) {
  Table table;
  table.columns.assign(message.columns().begin(), message.columns().end());
  for (const v1::Row& row : message.rows()) {
    std::vector<Cell>& cells = table.rows.emplace_back();
    for (const v1::Cell& cell : row.cells()) cells.push_back(decode_cell(cell));
  }
  table.truncated = message.truncated();
  return table;
}

}  // namespace foldmill::proto
