#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/change.h"
#include "core/snapshot.h"

namespace foldmill::testing {

// Plays the store for engine tests and judges what it is given. Written from the meaning of the
// changes alone, it shares no code with the engine: whatever breaks an invariant (two live attempts
// at a fold, a gap in the epochs, a trial that ends twice, a budget exceeded, a write by an attempt
// that is not live) is kept in violations().
class ChangeLedger {
 public:
  void apply(const Change& change);

  const std::vector<std::string>& violations() const { return violations_; }
  // What a coordinator would load now.
  Snapshot snapshot() const;

  const StudySnapshot& study(StudyId id) const { return studies_.at(id).facts; }
  const std::string& reason(StudyId id) const { return studies_.at(id).reason; }
  const change::TrialEnded* end_of(const TrialKey& key) const;  // null: runs
  const change::AttemptEnded* end_of(AttemptId attempt) const;  // null: lives
  FoldKey fold_of(AttemptId attempt) const { return attempts_.at(attempt); }
  const change::WorkerSeen* worker(const std::string& name) const;
  bool is_referenced(const ArtifactRef& artifact) const;
  int64_t count(StudyId id, TrialState state) const;
  int64_t live_attempts(StudyId id) const;

 private:
  struct Study {
    StudySnapshot facts;
    std::string reason;
  };

  void on(const change::StudyCreated& created);
  void on(const change::StudyStateChanged& changed);
  void on(const change::StudyExtended& extended);
  void on(const change::EncoderFound& found);
  void on(const change::FinalStagesSet& set);
  void on(const change::TrialCreated& created);
  void on(const change::TrialEnded& ended);
  void on(const change::FoldChanged& changed);
  void on(const change::AttemptLeased& leased);
  void on(const change::AttemptStarted& started);
  void on(const change::AttemptEnded& ended);
  void on(const change::EpochReported& reported);
  void on(const change::CheckpointRecorded& recorded);
  void on(const change::ArtifactRecorded& recorded);
  void on(const change::CheckpointWithdrawn& withdrawn);
  void on(const change::CheckpointDropped& dropped);
  void on(const change::TrialAsked& asked);
  void on(const change::PointEnqueued& enqueued);
  void on(const change::WorkerSeen& seen);

  void expect(bool holds, std::string invariant);
  TrialSnapshot& trial(StudyId study, TrialNumber number);
  FoldSnapshot& fold(const FoldKey& key);
  AttemptSnapshot& attempt(AttemptId id);
  bool is_live(AttemptId id);
  void expect_budget_kept(const StudySnapshot& study);

  std::map<StudyId, Study> studies_;
  std::map<AttemptId, FoldKey> attempts_;
  std::map<TrialKey, change::TrialEnded> trial_ends_;
  std::map<AttemptId, change::AttemptEnded> attempt_ends_;
  std::map<WorkerId, change::WorkerSeen> workers_;
  std::vector<std::string> violations_;
};

}  // namespace foldmill::testing
