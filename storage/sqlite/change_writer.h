#pragma once

#include "core/change.h"
#include "storage/sqlite/statement_cache.h"

namespace foldmill::storage {

// Writes one change, inside the caller's transaction. Throws StatusError (internal) when a change
// breaks an invariant that no constraint of the schema expresses, SQLite::Exception otherwise. A
// change that is already stored writes nothing, no event either.
class ChangeWriter {
 public:
  explicit ChangeWriter(StatementCache& cache) : sql_(cache) {}

  void write(const Change& change);

 private:
  void write(const change::StudyCreated& c);
  void write(const change::StudyStateChanged& c);
  void write(const change::EncoderFound& c);
  void write(const change::FinalStagesSet& c);
  void write(const change::StudyExtended& c);
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

  struct Subject {  // of an event
    std::optional<StudyId> study = {};
    std::optional<TrialNumber> trial = {};
    std::optional<FoldIndex> fold = {};
    std::optional<AttemptId> attempt = {};
    std::optional<WorkerId> worker = {};
  };
  void event(std::string_view kind, WallTime at, const Subject& subject, std::string_view detail);
  void attempt_event(std::string_view kind, WallTime at, AttemptId attempt,
                     std::string_view detail);
  void require_study(StudyId study);
  void require_fold(const FoldKey& fold);
  void require_attempt(AttemptId attempt);
  void write_parameters(const change::TrialCreated& c);
  void write_metrics(const change::TrialEnded& c);

  StatementCache& sql_;
};

}  // namespace foldmill::storage
