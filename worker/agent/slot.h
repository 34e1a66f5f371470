#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/assignment.h"
#include "core/thread_checker.h"
#include "worker/agent/asio.h"
#include "worker/agent/backoff.h"
#include "worker/agent/lifetime.h"
#include "worker/agent/logger.h"
#include "worker/agent/running_job.h"
#include "worker/agent/trainer_messages.h"
#include "worker/agent/trainer_process.h"

namespace foldmill::worker {

// How patient a slot is with its trainer.
struct SlotLimits {
  std::chrono::milliseconds start{120'000};      // from hello to ready
  std::chrono::milliseconds stop{10'000};        // from stop to finished, from shutdown to exit
  std::chrono::milliseconds progress{900'000};   // least time without a line, after a first epoch,
                                                 // before it counts as hung; 20 times the slowest
                                                 // epoch if that is more
  std::chrono::milliseconds first_backoff{500};  // after a death, doubled with each that follows
  std::chrono::milliseconds last_backoff{60'000};
};

struct SlotOptions {
  TrainerHello hello;
  std::optional<TrainerCommand> trainer;  // for every model but `command`; none: refuses the others
  SlotLimits limits;
};

// What a slot tells its owner, on the agent thread. Every job that was accepted ends in exactly one
// `finished`, unless it was abandoned; `freed` follows, posted, when the slot has no job any more.
struct SlotEvents {
  std::function<void(const TrainerReady&)> ready;
  // Protocol mismatch, no such program, or a default trainer that dies at every start.
  std::function<void(const Status&)> unusable;
  std::function<void(AttemptId)> started;
  std::function<void(AttemptId, const EpochReport&)> epoch;
  std::function<void(AttemptId, int64_t epoch, const std::string& path)> checkpoint;
  std::function<void(AttemptId, const std::string& name, const std::string& path)> artifact;
  std::function<void(AttemptId, const AttemptOutcome&)> finished;
  std::function<void(AttemptId)> freed;
};

// Room for one attempt at a time, with a trainer child that is kept for many of them. Owned by the
// AttemptRunner; agent thread only.
//
//            (1)             (2)          (3)           (4)
//   empty -------> starting ------> idle ------> busy -------> stopping
//     ^  (7)          | (8)          ^ |          | |(5)           | |
//     |<--------------+              | |          | +------>-------+ |
//     |<-----------------------------|-+ (9)      | (6)      (6)     |
//     |                              +-----<------+---------<--------+
//     +<-- closing <--(8)-- idle          any but empty --(9)--> empty
//
// (1) start(), an assignment, or the backoff after a death is over. The child gets `hello`.
// (2) `ready` of the right protocol. An assignment that waited goes to the child at once (3).
// (3) an assignment for the same command is sent.
// (4) stop() or abandon(): `stop` is sent and the grace time runs.
// (5) no line for the progress limit, once an epoch is known: killed, which is (9).
// (6) `finished` or `failed`.
// (7) with a job waiting or the default trainer: (1) again, after a backoff if the child had died
//     without having finished an attempt.
// (8) an assignment for another command, or close(): `shutdown`, killed after the grace time.
// (9) the child died, or broke the protocol and was killed. A job it had ends here: lost when it
//     was killed by a signal or hung, failed when it left by itself or broke the protocol, stopped
//     when it had been told to.
class Slot {
 public:
  enum class State { kEmpty, kStarting, kIdle, kBusy, kStopping, kClosing };

  Slot(asio::io_context& io, SlotOptions options, SlotEvents events, Logger log);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  // Starts the default trainer, if there is one, before there is work for it.
  void start();
  // The slot must have no job; the owner asks busy() first.
  void assign(SlotJob job);
  // `cause` is pruned, cancelled or preempted. Nothing happens for an attempt that is not here.
  void stop(AttemptId attempt, EndCause cause);
  // As stop, but nothing more is said of the attempt.
  void abandon(AttemptId attempt);
  // Ends the trainer; `closed` is called when it is gone. No more jobs are taken.
  void close(std::function<void()> closed);
  // Back-pressure: while paused the trainer is not listened to, and so not blamed for its silence.
  void set_paused(bool paused);

  State state() const { return state_; }
  bool busy() const { return job_.has_value(); }
  std::optional<AttemptId> attempt() const;
  pid_t trainer_pid() const { return process_ ? process_->pid() : -1; }

 private:
  TrainerCommand command_for(const Assignment& assignment) const;
  void ensure_trainer();
  void spawn(TrainerCommand command);
  void send_job();
  void begin_stop();
  void retire_trainer();

  void on_line(const std::string& line);
  void on_ready(const TrainerReady& message);
  template <class Message>
  void on_message(const Message& message);
  void handle(const TrainerStarted& message);
  void handle(const TrainerEpoch& message);
  void handle(const TrainerCheckpoint& message);
  void handle(const TrainerArtifact& message);
  void handle(const TrainerFinished& message);
  void handle(const TrainerFailed& message);
  bool is_current(AttemptId attempt, std::string_view type);
  void become_idle();

  void break_off(std::string_view why);  // the trainer broke the protocol: kill it
  void kill_trainer(std::string why);
  void on_exit(const ChildExit& exit);
  std::string describe_death(const ChildExit& exit) const;
  bool is_at_fault(const ChildExit& exit) const;
  void end_job(const AttemptOutcome& outcome);
  void forget_deaths();
  void schedule_restart();
  void restart();
  void arm(std::chrono::milliseconds limit, void (Slot::*on_timeout)());
  void arm_progress();
  void on_start_timeout();
  void on_stop_timeout();
  void on_progress_timeout();

  asio::io_context& io_;
  SlotOptions options_;
  SlotEvents events_;
  Logger log_;
  ThreadChecker thread_;
  State state_ = State::kEmpty;
  std::unique_ptr<TrainerProcess> process_;
  TrainerCommand running_command_;
  std::optional<RunningJob> job_;
  std::string killed_because_;  // a sentence, when it was we who killed the child
  bool violated_ = false;       // it broke the protocol
  int deaths_ = 0;              // in a row, without a finished attempt between
  Backoff backoff_;
  bool backing_off_ = false;
  bool paused_ = false;
  std::function<void()> closed_;
  asio::steady_timer deadline_;
  asio::steady_timer restart_;
  Lifetime lifetime_;
};

}  // namespace foldmill::worker
