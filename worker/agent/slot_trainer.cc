// The life of a slot's trainer: its start, its end, and how long it may be silent.

#include <utility>

#include "core/text.h"
#include "worker/agent/slot.h"

namespace foldmill::worker {
namespace {

constexpr size_t kOutputLinesInMessage = 5;
constexpr int kMostFalseStarts = 5;  // some 6 s with the usual waits between

}  // namespace

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

void Slot::retire_trainer() {
  state_ = State::kClosing;
  process_->send(shutdown_line());
  arm(options_.limits.stop, &Slot::on_stop_timeout);
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
    forget_deaths();
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

void Slot::forget_deaths() {
  deaths_ = 0;
  backoff_.reset();
}

void Slot::schedule_restart() {
  if (closed_) return;
  backing_off_ = deaths_ > 0;
  if (!backing_off_) return restart();
  restart_.expires_after(backoff_.next());
  restart_.async_wait(lifetime_.guard([this](ErrorCode error) {
    if (error) return;
    backing_off_ = false;
    restart();
  }));
}

void Slot::restart() {
  if (state_ == State::kEmpty && (job_ || options_.trainer)) ensure_trainer();
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
