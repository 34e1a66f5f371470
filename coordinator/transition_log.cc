#include "coordinator/transition_log.h"

#include <utility>

#include "core/text.h"

namespace foldmill::coordinator {
namespace {

LogFields fields_of(const TrialKey& key) {
  return {{"study", to_string(key.study)}, {"trial", to_string(key.trial)}};
}
LogFields fields_of(const FoldKey& key) {
  return {{"study", to_string(key.study)},
          {"trial", to_string(key.trial)},
          {"fold", to_string(key.fold)}};
}

void add(LogFields* fields, std::string_view key, std::string value) {
  fields->emplace_back(key, std::move(value));
}
// Empty and "none" are what goes without saying.
void add_if_told(LogFields* fields, std::string_view key, std::string_view value) {
  if (!value.empty() && value != "none") add(fields, key, std::string(value));
}
void add_if_told(LogFields* fields, std::string_view key, const std::optional<double>& value) {
  if (value) add(fields, key, format_number(*value));
}

}  // namespace

TransitionLog::TransitionLog(Logger log, const Snapshot& snapshot) : log_(std::move(log)) {
  for (const WorkerSnapshot& worker : snapshot.workers) workers_[worker.id] = worker.name;
  for (const StudySnapshot& study : snapshot.studies)
    for (const TrialSnapshot& trial : study.trials)
      for (size_t fold = 0; fold < trial.folds.size(); ++fold)
        for (const AttemptSnapshot& attempt : trial.folds[fold].attempts)
          if (is_live(attempt.state))
            attempts_[attempt.id] = {
                {study.id, trial.number, FoldIndex(static_cast<int64_t>(fold))},
                concat(workers_[attempt.worker], "/", attempt.slot)};
}

void TransitionLog::write(std::span<const Change> changes) {
  for (const Change& change : changes) std::visit([this](const auto& c) { write(c); }, change);
}

void TransitionLog::write(const change::StudyCreated& c) {
  log_->info(log_line("study created", {{"study", to_string(c.study)},
                                        {"name", c.spec.name},
                                        {"trials", concat(c.spec.trials)},
                                        {"folds", concat(c.spec.folds.k)}}));
}

void TransitionLog::write(const change::StudyStateChanged& c) {
  LogFields fields{{"study", to_string(c.study)}};
  add_if_told(&fields, "reason", c.reason);
  const auto level = c.state == StudyState::kFailed ? spdlog::level::err : spdlog::level::info;
  log_->log(level, log_line(concat("study ", to_string(c.state)), fields));
}

void TransitionLog::write(const change::StudyExtended& c) {
  log_->info(
      log_line("study extended", {{"study", to_string(c.study)}, {"trials", concat(c.trials)}}));
}

void TransitionLog::write(const change::EncoderFound& c) {
  log_->info(
      log_line("encoder found", {{"study", to_string(c.study)}, {"sha256", c.artifact.sha256}}));
}

void TransitionLog::write(const change::FinalStagesSet& c) {
  log_->info(log_line("final stages asked for", {{"study", to_string(c.study)}}));
}

void TransitionLog::write(const change::TrialCreated& c) {
  log_->info(log_line("trial created", fields_of(c.trial)));
}

void TransitionLog::write(const change::TrialEnded& c) {
  LogFields fields = fields_of(c.trial);
  if (c.decision) {
    add(&fields, "fold", to_string(c.decision->fold));
    add(&fields, "epoch", concat(c.decision->epoch));
    add(&fields, "value", format_number(c.decision->value));
    add(&fields, c.decision->pruner, format_number(c.decision->threshold));
    add(&fields, "peers", concat(c.decision->peers));
    if (c.decision->p_value) add(&fields, "p_value", format_number(*c.decision->p_value));
  } else {
    add_if_told(&fields, "value", c.value);
    add_if_told(&fields, "cause", to_string(c.cause));
    add_if_told(&fields, "message", c.message);
  }
  log_->info(log_line(concat("trial ", to_string(c.state)), fields));
}

void TransitionLog::write(const change::FoldChanged& c) {
  if (!tells_details()) return;
  LogFields fields = fields_of(c.fold);
  add_if_told(&fields, "value", c.value);
  log_->debug(log_line(concat("fold ", to_string(c.state)), fields));
}

void TransitionLog::write(const change::AttemptLeased& c) {
  attempts_[c.attempt] = {c.fold, concat(workers_[c.worker], "/", c.slot)};
  LogFields fields = attempt_fields(c.attempt);
  add(&fields, "number", concat(c.number));
  add(&fields, "first_epoch", concat(c.first_epoch));
  log_->info(log_line("attempt leased", fields));
}

void TransitionLog::write(const change::AttemptStarted& c) {
  if (!tells_details()) return;
  log_->debug(log_line("attempt started", attempt_fields(c.attempt)));
}

void TransitionLog::write(const change::AttemptEnded& c) {
  LogFields fields = attempt_fields(c.attempt);
  add_if_told(&fields, "cause", to_string(c.outcome.cause));
  add_if_told(&fields, "message", c.outcome.message);
  const bool lost = c.outcome.state == AttemptState::kLost;
  const bool failed = c.outcome.state == AttemptState::kFailed;
  log_->log(lost || failed ? spdlog::level::warn : spdlog::level::info,
            log_line(concat("attempt ", to_string(c.outcome.state)), fields));
  attempts_.erase(c.attempt);
}

void TransitionLog::write(const change::EpochReported& c) {
  if (!tells_details()) return;
  LogFields fields = attempt_fields(c.attempt);
  add(&fields, "epoch", concat(c.report.epoch));
  add(&fields, "value", format_number(c.value));
  add(&fields, "seconds", format_number(c.report.seconds));
  log_->debug(log_line("epoch reported", fields));
}

void TransitionLog::write(const change::CheckpointRecorded& c) {
  if (!tells_details()) return;
  LogFields fields = attempt_fields(c.attempt);
  add(&fields, "epoch", concat(c.checkpoint.epoch));
  add(&fields, "bytes", concat(c.checkpoint.artifact.bytes));
  log_->debug(log_line("checkpoint recorded", fields));
}

void TransitionLog::write(const change::ArtifactRecorded& c) {
  LogFields fields = attempt_fields(c.attempt);
  add(&fields, "name", c.name);
  add(&fields, "bytes", concat(c.artifact.bytes));
  log_->info(log_line("artifact recorded", fields));
}

void TransitionLog::write(const change::CheckpointWithdrawn& c) {
  LogFields fields = fields_of(c.fold);
  add(&fields, "epoch", concat(c.epoch));
  log_->warn(log_line("checkpoint withdrawn", fields));
}

void TransitionLog::write(const change::CheckpointDropped& c) {
  log_->debug(log_line("checkpoint dropped", fields_of(c.fold)));
}

void TransitionLog::write(const change::TrialAsked& c) {
  LogFields fields = fields_of(c.trial);
  add(&fields, "lease", concat(c.number));
  add(&fields, "holder", workers_[c.holder]);
  log_->info(log_line("trial handed out", fields));
}

void TransitionLog::write(const change::PointEnqueued& c) {
  log_->info(log_line("point enqueued",
                      {{"study", to_string(c.study)}, {"position", concat(c.position)}}));
}

void TransitionLog::write(const change::WorkerSeen& c) {
  workers_[c.worker] = c.name;
  if (c.slots == 0) return;  // an asker: what it is handed is logged
  std::string& state = worker_states_[c.worker];
  if (std::exchange(state, c.state) == c.state) return;
  log_->log(c.state == "lost" ? spdlog::level::warn : spdlog::level::info,
            log_line(concat("worker ", c.state),
                     {{"worker", c.name}, {"slots", concat(c.slots)}, {"version", c.version}}));
}

LogFields TransitionLog::attempt_fields(AttemptId id) const {
  const auto found = attempts_.find(id);
  if (found == attempts_.end()) return {{"attempt", to_string(id)}};
  LogFields fields = fields_of(found->second.fold);
  add(&fields, "attempt", to_string(id));
  add(&fields, "worker", found->second.worker);
  return fields;
}

}  // namespace foldmill::coordinator
