#include "worker/agent/slot.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/check.h"
#include "core/text.h"

namespace foldmill::worker {
namespace {

constexpr size_t kOutputLinesInMessage = 5;
constexpr int kMostFalseStarts = 5;  // some 8 s with the usual waits between

}  // namespace

Slot::Slot(asio::io_context& io, SlotOptions options, SlotEvents events, Logger log)
    : io_(io),
      options_(std::move(options)),
      events_(std::move(events)),
      log_(std::move(log)),
      deadline_(io),
      backoff_(io) {
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

void Slot::spawn(TrainerCommand command) {
  running_command_ = command;
  killed_because_.clear();
  violated_ = false;
  auto started = TrainerProcess::start(
      io_, command,
      {[this](const std::string& line) { on_line(line); },
       [this] { break_off(concat("sent a line longer than ", kMaxLineBytes, " bytes")); },
       [this](const ChildExit& exit) { on_exit(exit); },
       [this](const std::string& text) {
         log_->warn("trainer warns  slot={} attempt={} message={}", options_.hello.slot,
                    attempt().value_or(AttemptId(0)).value, in_quotes(text));
       }});
  if (!started.ok()) {
    log_->error("trainer not started  slot={} error={}", options_.hello.slot,
                in_quotes(started.status().message()));
    ++deaths_;
    const bool user_command = job_ && is_user_command(job_->assignment());
    if (job_)
      end_job({user_command ? AttemptState::kFailed : AttemptState::kLost,
               user_command ? EndCause::kUserError : EndCause::kLost, started.status().message()});
    if (!user_command) events_.unusable(started.status());
    return schedule_restart();
  }
  process_ = std::move(started).value();
  process_->set_paused(paused_);
  state_ = State::kStarting;
  process_->send(hello_line(options_.hello));
  arm(options_.limits.start, &Slot::on_start_timeout);
  log_->info("trainer started  slot={} pid={}", options_.hello.slot, process_->pid());
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

void Slot::retire_trainer() {
  state_ = State::kClosing;
  process_->send(shutdown_line());
  arm(options_.limits.stop, &Slot::on_stop_timeout);
}

void Slot::close(std::function<void()> closed) {
  thread_.check();
  closed_ = std::move(closed);
  backoff_.cancel();
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
  deaths_ = 0;
  if (!job_->is_abandoned()) events_.epoch(message.attempt, message.report);
}

void Slot::handle(const TrainerCheckpoint& message) {
  if (!job_->is_abandoned()) events_.checkpoint(message.attempt, message.epoch, message.path);
}

void Slot::handle(const TrainerArtifact& message) {
  if (!job_->is_abandoned()) events_.artifact(message.attempt, message.name, message.path);
}

void Slot::handle(const TrainerFinished& message) {
  deaths_ = 0;
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

void Slot::break_off(std::string_view why) {
  if (!killed_because_.empty() || !process_) return;
  violated_ = true;
  kill_trainer(concat("the trainer ", why, " and was killed"));
}

void Slot::kill_trainer(std::string why) {
  log_->warn("trainer killed  slot={} pid={} reason={}", options_.hello.slot, process_->pid(),
             in_quotes(why));
  killed_because_ = std::move(why);
  process_->kill_group();
}

void Slot::on_exit(const ChildExit& exit) {
  deadline_.cancel();
  const bool expected = state_ == State::kClosing;
  const std::string message = describe_death(exit);
  const bool at_fault = is_at_fault(exit);
  const bool had_attempt =
      state_ == State::kStarting || state_ == State::kBusy || state_ == State::kStopping;
  const bool false_start = state_ == State::kStarting && running_command_ == options_.trainer;
  // We are inside one of its events: it goes when this handler has returned.
  asio::post(io_, [dead = std::shared_ptr<TrainerProcess>(std::move(process_))] {});
  state_ = State::kEmpty;
  if (expected) {
    deaths_ = 0;
  } else {
    ++deaths_;
    log_->warn("trainer died  slot={} reason={}", options_.hello.slot, in_quotes(message));
  }
  if (job_ && had_attempt) end_job(job_->outcome_of_death(at_fault, message));
  if (closed_) return closed_();
  if (false_start && deaths_ >= kMostFalseStarts)
    events_.unusable(
        failed_precondition(concat(message, "\nit has died ", deaths_, " times in a row")));
  schedule_restart();
}

std::string Slot::describe_death(const ChildExit& exit) const {
  std::string message =
      killed_because_.empty() ? concat("the trainer ", exit.describe()) : killed_because_;
  const std::string output = process_->last_output(kOutputLinesInMessage);
  if (!output.empty()) message += concat("; it printed last:\n", output);
  return message;
}

bool Slot::is_at_fault(const ChildExit& exit) const {
  if (violated_) return true;
  const bool by_itself = killed_because_.empty() && !exit.signal;
  // It may have been on its way out since the attempt before.
  const bool before_the_attempt = state_ == State::kBusy && job_ && !job_->is_answered();
  return by_itself && !before_the_attempt;
}

void Slot::end_job(const AttemptOutcome& outcome) {
  const RunningJob ended = *std::exchange(job_, std::nullopt);
  const AttemptId attempt = ended.attempt();
  if (!ended.is_abandoned()) events_.finished(attempt, outcome);
  asio::post(io_, lifetime_.guard([this, attempt] { events_.freed(attempt); }));
}

void Slot::schedule_restart() {
  if (closed_) return;
  if (deaths_ > 0) {
    const int doublings = std::min(deaths_ - 1, 16);
    backing_off_ = true;
    backoff_.expires_after(
        std::min(options_.limits.first_backoff * (1 << doublings), options_.limits.last_backoff));
    backoff_.async_wait(lifetime_.guard([this](ErrorCode error) {
      if (error) return;
      backing_off_ = false;
      if (state_ == State::kEmpty && (job_ || options_.trainer)) ensure_trainer();
    }));
  } else if (job_ || options_.trainer) {
    ensure_trainer();
  }
}

void Slot::arm(std::chrono::milliseconds limit, void (Slot::*on_timeout)()) {
  deadline_.expires_after(limit);
  deadline_.async_wait(lifetime_.guard([this, on_timeout](ErrorCode error) {
    // A completion that was queued when the timer was set anew is of the old deadline.
    if (!error && deadline_.expiry() <= asio::steady_timer::clock_type::now())
      (this->*on_timeout)();
  }));
}

void Slot::arm_progress() {
  if (const auto patience = job_->patience(options_.limits.progress))
    arm(*patience, &Slot::on_progress_timeout);
  else
    deadline_.cancel();
}

void Slot::on_start_timeout() {
  if (state_ != State::kStarting) return;
  if (paused_) return arm(options_.limits.start, &Slot::on_start_timeout);  // we do not listen
  kill_trainer(concat("the trainer was not ready within ", options_.limits.start.count(),
                      " ms and was killed"));
}

void Slot::on_stop_timeout() {
  if (state_ != State::kStopping && state_ != State::kClosing) return;
  // It may have answered, and we do not listen. From one that shall go nothing is awaited.
  if (paused_ && state_ == State::kStopping && !job_->is_abandoned())
    return arm(options_.limits.stop, &Slot::on_stop_timeout);
  kill_trainer(concat("the trainer did not stop within ", options_.limits.stop.count(),
                      " ms and was killed"));
}

void Slot::on_progress_timeout() {
  if (state_ != State::kBusy || paused_) return;  // while paused it is we who do not listen
  kill_trainer("the trainer said nothing for too long and was killed as hung");
}

}  // namespace foldmill::worker
