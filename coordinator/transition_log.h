#pragma once

#include <map>
#include <span>
#include <string>

#include "coordinator/log_line.h"
#include "coordinator/logging.h"
#include "core/change.h"
#include "core/snapshot.h"

namespace foldmill::coordinator {

// Says in the log what was recorded: a few lines per trial at info, every epoch at debug. On
// control, after the commit.
class TransitionLog {
 public:
  TransitionLog(Logger log, const Snapshot& snapshot);
  void write(std::span<const Change> changes);

 private:
  struct AttemptKeys {
    FoldKey fold;
    std::string worker;  // "gpu-a/0"
  };
  void write(const change::StudyCreated& c);
  void write(const change::StudyStateChanged& c);
  void write(const change::StudyExtended& c);
  void write(const change::EncoderFound& c);
  void write(const change::FinalStagesSet& c);
  void write(const change::TrialCreated& c);
  void write(const change::TrialEnded& c);
  void write(const change::FoldChanged& c);
  void write(const change::AttemptLeased& c);
  void write(const change::AttemptStarted& c);
  void write(const change::AttemptEnded& c);
  void write(const change::EpochReported& c);
  void write(const change::CheckpointRecorded& c);
  void write(const change::ArtifactRecorded& c);
  void write(const change::CheckpointWithdrawn& c);
  void write(const change::CheckpointDropped& c);
  void write(const change::TrialAsked& c);
  void write(const change::PointEnqueued& c);
  void write(const change::WorkerSeen& c);

  // Asked before a line is made that would not be written: there may be thousands in a second.
  bool tells_details() const { return log_->should_log(spdlog::level::debug); }
  LogFields attempt_fields(AttemptId id) const;

  Logger log_;
  std::map<WorkerId, std::string> workers_;        // names
  std::map<AttemptId, AttemptKeys> attempts_;      // live ones: their ends name no fold
  std::map<WorkerId, std::string> worker_states_;  // so that only changes are told
};

}  // namespace foldmill::coordinator
