#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "core/assignment.h"
#include "core/status.h"
#include "worker/agent/trainer_messages.h"

namespace foldmill::worker {

// An assignment whose checkpoint is on this machine.
struct SlotJob {
  Assignment assignment;
  LocalFiles files;
};

bool is_user_command(const Assignment& assignment);

// A job in a slot, and how far its trainer has come with it: which of worker/protocol.md's messages
// may come next, and what the attempt's end means. No I/O; one thread.
class RunningJob {
 public:
  explicit RunningJob(SlotJob job);

  const SlotJob& job() const { return job_; }
  const Assignment& assignment() const { return job_.assignment; }
  AttemptId attempt() const { return job_.assignment.attempt; }

  // That the trainer shall end it, and why. The first reason counts; false: there was one.
  bool stop(EndCause cause);
  const std::optional<EndCause>& stop_cause() const { return stop_cause_; }
  // Nobody is told of it any more.
  void abandon() { abandoned_ = true; }
  bool is_abandoned() const { return abandoned_; }

  // The trainer's next word on this attempt: any of TrainerMessage but `ready`. An error when it
  // may not say that now, in words that follow "the trainer".
  template <class Message>
  Status hear(const Message& message) {
    answered_ = true;
    return take(message);
  }
  // Whether the trainer has said anything about it.
  bool is_answered() const { return answered_; }
  // How long the trainer may be silent before it counts as hung: `least`, or 20 times the slowest
  // epoch if that is more. Nothing before the first epoch: how long that takes nobody here can
  // know; the coordinator, which sees the whole study, takes back an attempt that hangs in it.
  std::optional<std::chrono::milliseconds> patience(std::chrono::milliseconds least) const;

  // After `message` was heard.
  AttemptOutcome outcome(const TrainerFinished& message) const;
  // Its trainer is dead. `at_fault`: it left by itself or broke the protocol, so that another would
  // do so again; else the attempt is lost, and goes on elsewhere.
  AttemptOutcome outcome_of_death(bool at_fault, std::string message) const;

 private:
  Status take(const TrainerStarted&) const { return {}; }
  Status take(const TrainerEpoch& message);
  Status take(const TrainerCheckpoint& message) const;
  Status take(const TrainerArtifact&) const { return {}; }
  Status take(const TrainerFinished& message) const;
  Status take(const TrainerFailed&) const { return {}; }

  SlotJob job_;
  int64_t next_epoch_;
  std::optional<EndCause> stop_cause_;
  bool abandoned_ = false;
  bool answered_ = false;
  std::chrono::duration<double> slowest_epoch_{0};
};

}  // namespace foldmill::worker
