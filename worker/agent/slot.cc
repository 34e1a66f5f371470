// What its owner asks of a slot, and what its trainer says. The trainer's life: slot_trainer.cc.

#include "worker/agent/slot.h"

#include <random>
#include <type_traits>
#include <utility>

#include "core/check.h"
#include "core/text.h"

namespace foldmill::worker {

Slot::Slot(asio::io_context& io, SlotOptions options, SlotEvents events, Logger log)
    : io_(io),
      options_(std::move(options)),
      events_(std::move(events)),
      log_(std::move(log)),
      backoff_(options_.limits.first_backoff, options_.limits.last_backoff, std::random_device{}()),
      deadline_(io),
      restart_(io) {
  if (options_.trainer)
    options_.trainer->env.emplace("OMP_NUM_THREADS", std::to_string(options_.hello.threads));
}

std::optional<AttemptId> Slot::attempt() const {
  if (!job_) return std::nullopt;
  return job_->attempt();
}

void Slot::start() {
  thread_.check();
  if (state_ == State::kEmpty && options_.trainer) ensure_trainer();
}

void Slot::assign(SlotJob job) {
  thread_.check();
  FOLDMILL_CHECK(!job_, "a slot takes one attempt at a time");
  const Assignment& assignment = job.assignment;
  if (!is_user_command(assignment) && !options_.trainer) {
    events_.finished(assignment.attempt,
                     {AttemptState::kFailed, EndCause::kInternal,
                      concat("this worker has no trainer for model type '", assignment.model.type,
                             "'; start it with --trainer")});
    return;
  }
  job_.emplace(std::move(job));
  ensure_trainer();
}

TrainerCommand Slot::command_for(const Assignment& assignment) const {
  if (!is_user_command(assignment)) return *options_.trainer;
  TrainerCommand command{assignment.model.command, assignment.model.workdir, assignment.model.env};
  command.env.emplace("OMP_NUM_THREADS", std::to_string(options_.hello.threads));
  return command;
}

// Brings the slot nearer to a trainer that can take the waiting job (or the default one).
void Slot::ensure_trainer() {
  if (closed_) return;
  const TrainerCommand wanted = job_ ? command_for(job_->assignment()) : *options_.trainer;
  if (state_ == State::kIdle && running_command_ == wanted) {
    if (job_) send_job();
  } else if (state_ == State::kIdle) {
    retire_trainer();
  } else if (state_ == State::kStarting && !(running_command_ == wanted)) {
    retire_trainer();
  } else if (state_ == State::kEmpty && !backing_off_) {
    spawn(wanted);
  }
}

void Slot::send_job() {
  state_ = State::kBusy;
  process_->send(assignment_line(job_->assignment(), job_->job().files));
  arm_progress();
  if (job_->stop_cause()) begin_stop();
}

void Slot::stop(AttemptId attempt, EndCause cause) {
  thread_.check();
  if (this->attempt() != attempt || !job_->stop(cause)) return;
  if (state_ == State::kBusy) return begin_stop();
  // The trainer has not seen it yet.
  end_job({AttemptState::kStopped, cause, ""});
}

void Slot::abandon(AttemptId attempt) {
  thread_.check();
  if (this->attempt() != attempt) return;
  job_->abandon();
  stop(attempt, EndCause::kCancelled);
}

void Slot::begin_stop() {
  state_ = State::kStopping;
  process_->send(stop_line(job_->attempt(), *job_->stop_cause()));
  arm(options_.limits.stop, &Slot::on_stop_timeout);
}

void Slot::close(std::function<void()> closed) {
  thread_.check();
  closed_ = std::move(closed);
  restart_.cancel();
  if (state_ == State::kEmpty) {
    asio::post(io_, lifetime_.guard([this] { closed_(); }));
  } else if (state_ != State::kClosing) {
    retire_trainer();
  }
}

void Slot::set_paused(bool paused) {
  paused_ = paused;
  if (process_) process_->set_paused(paused);
  if (paused) return;
  if (state_ == State::kBusy) arm_progress();
  if (state_ == State::kStopping) arm(options_.limits.stop, &Slot::on_stop_timeout);
}

void Slot::on_line(const std::string& line) {
  if (!killed_because_.empty()) return;  // nothing it says counts any more
  auto message = parse_trainer_message(line);
  if (!message.ok()) return break_off(message.status().message());
  if (state_ == State::kBusy) arm_progress();
  std::visit([this](const auto& m) { on_message(m); }, *message);
}

template <class Message>
void Slot::on_message(const Message& message) {
  if constexpr (std::is_same_v<Message, TrainerReady>) {
    on_ready(message);
  } else if (is_current(message.attempt, message.kType)) {
    const Status allowed = job_->hear(message);
    allowed.ok() ? handle(message) : break_off(allowed.message());
  }
}

void Slot::on_ready(const TrainerReady& message) {
  if (state_ == State::kClosing) return;
  if (state_ != State::kStarting) return break_off("said ready twice");
  if (message.protocol != kTrainerProtocol) {
    const std::string why = concat("speaks trainer protocol ", message.protocol, ", this worker ",
                                   kTrainerProtocol, "; use versions that belong together");
    break_off(why);
    events_.unusable(failed_precondition(concat("the trainer '", message.name, "' ", why)));
    return;
  }
  become_idle();
  log_->info("trainer ready  slot={} name={} version={}", options_.hello.slot, message.name,
             message.version);
  if (running_command_ == options_.trainer) events_.ready(message);
  if (job_) ensure_trainer();
}

// False when the message is of another attempt, which is dealt with here. What an attempt says
// that was told to stop before it reached the trainer cannot exist, so no other attempt may speak.
bool Slot::is_current(AttemptId attempt, std::string_view type) {
  const bool working = state_ == State::kBusy || state_ == State::kStopping;
  if (working && this->attempt() == attempt) return true;
  if (state_ == State::kClosing) return false;
  break_off(concat("sent '", type, "' for attempt ", attempt.value, ", which it does not run"));
  return false;
}

void Slot::handle(const TrainerStarted& message) {
  if (!job_->is_abandoned()) events_.started(message.attempt);
}

void Slot::handle(const TrainerEpoch& message) {
  forget_deaths();
  if (!job_->is_abandoned()) events_.epoch(message.attempt, message.report);
}

void Slot::handle(const TrainerCheckpoint& message) {
  if (!job_->is_abandoned()) events_.checkpoint(message.attempt, message.epoch, message.path);
}

void Slot::handle(const TrainerArtifact& message) {
  if (!job_->is_abandoned()) events_.artifact(message.attempt, message.name, message.path);
}

void Slot::handle(const TrainerFinished& message) {
  forget_deaths();
  become_idle();
  end_job(job_->outcome(message));
}

void Slot::handle(const TrainerFailed& message) {
  become_idle();
  end_job({AttemptState::kFailed, message.cause, message.message});
}

void Slot::become_idle() {
  state_ = State::kIdle;
  deadline_.cancel();
}

void Slot::end_job(const AttemptOutcome& outcome) {
  const RunningJob ended = *std::exchange(job_, std::nullopt);
  const AttemptId attempt = ended.attempt();
  if (!ended.is_abandoned()) events_.finished(attempt, outcome);
  asio::post(io_, lifetime_.guard([this, attempt] { events_.freed(attempt); }));
}

}  // namespace foldmill::worker
