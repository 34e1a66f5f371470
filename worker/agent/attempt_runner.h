#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "core/thread_checker.h"
#include "proto/codec/worker_message.h"
#include "worker/agent/attempt_uploads.h"
#include "worker/agent/logger.h"
#include "worker/agent/report_outbox.h"
#include "worker/agent/slot.h"
#include "worker/agent/transfers.h"

namespace foldmill::worker {

// From assignment to acknowledged end: fetches the files it needs, lets the slot train, uploads
// files, writes what there is to say into the outbox. Owns the slots. Agent thread.
//
//   assign() --> fetching --> waiting --> training --> ending --> (acknowledged) gone
//
// fetching: the checkpoint to go on from, the encoder, or the model to evaluate is on its way.
// waiting: the slot is not yet rid of an attempt that was abandoned. ending: the trainer is done
// with it, files or messages are not. An attempt can be stopped or abandoned in each of them.
//
// An attempt that has several slots runs on the first of them; the coordinator keeps the others
// free.
class AttemptRunner {
 public:
  struct Events {
    std::function<void(const TrainerReady&)> ready;
    std::function<void(const Status&)> trainer_unusable;
    std::function<void()> attempt_over;  // quiet() may have become true
  };

  AttemptRunner(asio::io_context& io, std::vector<SlotOptions> slots, Transfers& transfers,
                ReportOutbox& outbox, Events events, Logger log);

  void start();  // the default trainers
  void assign(proto::SlotAssignment assignment);
  void stop(AttemptId attempt, EndCause cause);
  void stop_all(EndCause cause);
  // The attempt is another's now: end it quietly, forget its messages.
  void abandon(AttemptId attempt);
  // A message of the attempt was acknowledged.
  void acknowledged(AttemptId attempt);
  // Everything the coordinator may still believe to be ours: until the end is acknowledged.
  std::vector<proto::RunningAttempt> running() const;
  // Back-pressure: stop reading from the trainers.
  void set_paused(bool paused);
  // Nothing is being fetched, trained or uploaded. What is in the outbox does not count.
  bool quiet() const;
  // Ends the trainers.
  void close(std::function<void()> closed);
  // Now, with all they started. For the impatient.
  void kill_trainers();

  size_t slot_count() const { return slots_.size(); }
  const Slot& slot(size_t index) const { return *slots_[index]; }

 private:
  enum class Phase { kFetching, kWaiting, kTraining, kEnding, kOver };
  struct Running {
    size_t slot = 0;
    WallTime leased = {};
    Phase phase = Phase::kFetching;
    SlotJob job;
    std::unique_ptr<AttemptUploads> uploads;
  };

  SlotEvents events_of_slot();
  Running* find(AttemptId attempt);
  bool is_free(size_t slot) const;
  void say(ReportOutbox::Body body);
  void refuse(const proto::SlotAssignment& assignment, std::string why);
  void prepare(AttemptId attempt);
  // Downloads into `file` of the job's files. `what` is for the message of a failure.
  void fetch(AttemptId attempt, const ArtifactRef& artifact, std::string LocalFiles::*file,
             std::string_view what);
  void train(AttemptId attempt);
  void finish(AttemptId attempt, AttemptOutcome outcome);
  void over(AttemptId attempt);
  void slot_freed(AttemptId attempt);
  void remove_directory(AttemptId attempt, size_t slot) const;

  asio::io_context& io_;
  std::vector<SlotOptions> options_;
  Transfers& transfers_;
  ReportOutbox& outbox_;
  Events events_;
  Logger log_;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::map<AttemptId, Running> attempts_;
  std::map<AttemptId, size_t> abandoned_;  // still on a slot
  bool paused_ = false;
  ThreadChecker thread_;
  Lifetime lifetime_;
};

}  // namespace foldmill::worker
