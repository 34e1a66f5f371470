#include "worker/agent/attempt_runner.h"

#include <algorithm>
#include <utility>

#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::worker {
namespace {

// What the coordinator has not got, or has damaged, will not be there for the next attempt either.
AttemptOutcome not_fetched(std::string_view what, const Status& why) {
  std::string message = concat(what, " could not be fetched: ", why.message());
  if (why.code() == StatusCode::kNotFound || why.code() == StatusCode::kDataLoss)
    return {AttemptState::kFailed, EndCause::kDataMissing, std::move(message)};
  return {AttemptState::kLost, EndCause::kLost, std::move(message)};
}

}  // namespace

AttemptRunner::AttemptRunner(asio::io_context& io, std::vector<SlotOptions> slots,
                             Transfers& transfers, ReportOutbox& outbox, Events events, Logger log)
    : io_(io),
      options_(std::move(slots)),
      transfers_(transfers),
      outbox_(outbox),
      events_(std::move(events)),
      log_(std::move(log)) {
  for (const SlotOptions& options : options_)
    slots_.push_back(std::make_unique<Slot>(io_, options, events_of_slot(), log_));
}

SlotEvents AttemptRunner::events_of_slot() {
  SlotEvents events;
  events.ready = [this](const TrainerReady& ready) { events_.ready(ready); };
  events.unusable = [this](const Status& status) { events_.trainer_unusable(status); };
  events.started = [this](AttemptId attempt) { say(proto::AttemptStarted{attempt}); };
  events.epoch = [this](AttemptId attempt, const EpochReport& report) {
    say(proto::AttemptReport{attempt, report});
  };
  events.checkpoint = [this](AttemptId attempt, int64_t epoch, const std::string& path) {
    find(attempt)->uploads->checkpoint(epoch, path);
  };
  events.artifact = [this](AttemptId attempt, const std::string& name, const std::string& path) {
    find(attempt)->uploads->artifact(name, path);
  };
  events.finished = [this](AttemptId attempt, const AttemptOutcome& outcome) {
    finish(attempt, outcome);
  };
  events.freed = [this](AttemptId attempt) { slot_freed(attempt); };
  return events;
}

void AttemptRunner::say(ReportOutbox::Body body) {
  failpoint("report.before_push");
  outbox_.push(std::move(body));
  failpoint("report.after_push");
  if (outbox_.full()) set_paused(true);
}

void AttemptRunner::start() {
  for (const auto& slot : slots_) slot->start();
}

void AttemptRunner::assign(proto::SlotAssignment assignment) {
  thread_.check();
  const AttemptId attempt = assignment.assignment.attempt;
  if (attempts_.contains(attempt)) return;  // told again after a reconnect
  if (assignment.slot < 0 || assignment.slot >= static_cast<int64_t>(slots_.size()))
    return refuse(assignment, concat("this worker has no slot ", assignment.slot));
  if (assignment.assignment.slots > static_cast<int64_t>(slots_.size()))
    return refuse(assignment, concat("this worker has ", slots_.size(), " slots, not ",
                                     assignment.assignment.slots));
  const auto slot = static_cast<size_t>(assignment.slot);
  if (!is_free(slot)) return refuse(assignment, concat("slot ", slot, " trains another attempt"));

  Running running;
  running.slot = slot;
  running.leased = assignment.leased;
  running.job.assignment = std::move(assignment.assignment);
  running.uploads = std::make_unique<AttemptUploads>(
      attempt, transfers_,
      AttemptUploads::Events{[this](ReportOutbox::Body body) { say(std::move(body)); },
                             [this, attempt] { over(attempt); }},
      log_);
  log_->info("attempt assigned  attempt={} slot={} first_epoch={}", attempt.value, slot,
             running.job.assignment.first_epoch());
  attempts_.emplace(attempt, std::move(running));
  prepare(attempt);
}

// Free in the coordinator's eyes: an abandoned attempt that is still stopping does not count.
bool AttemptRunner::is_free(size_t slot) const {
  return std::none_of(attempts_.begin(), attempts_.end(), [slot](const auto& entry) {
    return entry.second.slot == slot && entry.second.phase <= Phase::kTraining;
  });
}

void AttemptRunner::refuse(const proto::SlotAssignment& assignment, std::string why) {
  log_->warn("assignment refused  attempt={} reason={}", assignment.assignment.attempt.value,
             in_quotes(why));
  say(proto::AttemptFinished{assignment.assignment.attempt,
                             {AttemptState::kLost, EndCause::kLost, std::move(why)}});
}

// Fetches what is not here yet, one file after the other; then the attempt can train.
void AttemptRunner::prepare(AttemptId attempt) {
  const SlotJob& job = find(attempt)->job;
  const Assignment& assignment = job.assignment;
  if (assignment.resume_from && job.files.checkpoint.empty())
    return fetch(attempt, assignment.resume_from->artifact, &LocalFiles::checkpoint,
                 "the checkpoint to go on from");
  if (assignment.evaluate && job.files.evaluate.empty())
    return fetch(attempt, *assignment.evaluate, &LocalFiles::evaluate, "the model to evaluate");
  // A model that is evaluated has its encoder in it.
  const auto& encoder = assignment.model.encoder;
  if (!assignment.evaluate && encoder && encoder->artifact && job.files.encoder.empty())
    return fetch(attempt, *encoder->artifact, &LocalFiles::encoder, "the encoder's weights");
  train(attempt);
}

void AttemptRunner::fetch(AttemptId attempt, const ArtifactRef& artifact,
                          std::string LocalFiles::*file, std::string_view what) {
  transfers_.fetch(artifact, lifetime_.guard([this, attempt, file,
                                              what](const Result<std::filesystem::path>& path) {
    Running* running = find(attempt);
    if (running == nullptr || running->phase != Phase::kFetching) return;  // stopped meanwhile
    if (!path.ok()) return finish(attempt, not_fetched(what, path.status()));
    running->job.files.*file = path->string();
    prepare(attempt);
  }));
}

void AttemptRunner::train(AttemptId attempt) {
  Running& running = *find(attempt);
  Slot& slot = *slots_[running.slot];
  if (slot.busy()) {
    running.phase = Phase::kWaiting;
    return;
  }
  running.phase = Phase::kTraining;
  slot.assign(running.job);
}

void AttemptRunner::slot_freed(AttemptId attempt) {
  if (const auto abandoned = abandoned_.find(attempt); abandoned != abandoned_.end()) {
    remove_directory(attempt, abandoned->second);
    abandoned_.erase(abandoned);
  }
  for (auto& [id, running] : attempts_)
    if (running.phase == Phase::kWaiting && !slots_[running.slot]->busy()) return train(id);
  events_.attempt_over();
}

void AttemptRunner::stop(AttemptId attempt, EndCause cause) {
  thread_.check();
  Running* running = find(attempt);
  if (running == nullptr || running->phase >= Phase::kEnding) return;
  if (running->phase == Phase::kTraining) return slots_[running->slot]->stop(attempt, cause);
  finish(attempt, {AttemptState::kStopped, cause, ""});
}

void AttemptRunner::stop_all(EndCause cause) {
  std::vector<AttemptId> all;
  for (const auto& entry : attempts_) all.push_back(entry.first);
  for (const AttemptId attempt : all) stop(attempt, cause);
}

void AttemptRunner::abandon(AttemptId attempt) {
  thread_.check();
  outbox_.discard(attempt);
  const auto found = attempts_.find(attempt);
  if (found == attempts_.end()) return;
  log_->info("attempt abandoned  attempt={} slot={}", attempt.value, found->second.slot);
  const size_t slot = found->second.slot;
  const bool training = found->second.phase == Phase::kTraining;
  attempts_.erase(found);
  if (training) {
    abandoned_.emplace(attempt, slot);
    slots_[slot]->abandon(attempt);
  } else {
    remove_directory(attempt, slot);
    events_.attempt_over();
  }
}

void AttemptRunner::finish(AttemptId attempt, AttemptOutcome outcome) {
  Running& running = *find(attempt);
  running.phase = Phase::kEnding;
  log_->info("attempt ended  attempt={} slot={} state={} cause={}", attempt.value, running.slot,
             to_string(outcome.state), to_string(outcome.cause));
  running.uploads->finish(std::move(outcome));
}

// The uploads' last act, inside one of their own handlers: they go when the end is acknowledged.
void AttemptRunner::over(AttemptId attempt) {
  Running& running = *find(attempt);
  running.phase = Phase::kOver;
  remove_directory(attempt, running.slot);
  asio::post(io_, lifetime_.guard([this] { events_.attempt_over(); }));
}

void AttemptRunner::acknowledged(AttemptId attempt) {
  thread_.check();
  const Running* running = find(attempt);
  if (running != nullptr && running->phase == Phase::kOver && !outbox_.attempts().contains(attempt))
    attempts_.erase(attempt);
}

std::vector<proto::RunningAttempt> AttemptRunner::running() const {
  std::vector<proto::RunningAttempt> list;
  for (const auto& [attempt, running] : attempts_)
    list.push_back({attempt, static_cast<int64_t>(running.slot), running.leased});
  return list;
}

void AttemptRunner::set_paused(bool paused) {
  if (std::exchange(paused_, paused) == paused) return;
  if (paused) log_->warn("trainers paused  reason=outbox_full");
  for (const auto& slot : slots_) slot->set_paused(paused);
}

bool AttemptRunner::quiet() const {
  return abandoned_.empty() &&
         std::all_of(attempts_.begin(), attempts_.end(),
                     [](const auto& entry) { return entry.second.phase == Phase::kOver; });
}

void AttemptRunner::close(std::function<void()> closed) {
  auto left = std::make_shared<size_t>(slots_.size());
  for (const auto& slot : slots_)
    slot->close([left, closed] {
      if (--*left == 0) closed();
    });
}

void AttemptRunner::kill_trainers() { slots_.clear(); }

AttemptRunner::Running* AttemptRunner::find(AttemptId attempt) {
  const auto found = attempts_.find(attempt);
  return found == attempts_.end() ? nullptr : &found->second;
}

void AttemptRunner::remove_directory(AttemptId attempt, size_t slot) const {
  std::error_code ignored;
  std::filesystem::remove_all(
      std::filesystem::path(options_[slot].hello.work_dir) / concat("attempt-", attempt.value),
      ignored);
}

}  // namespace foldmill::worker
