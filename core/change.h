#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/attempt.h"
#include "core/clock.h"
#include "core/epoch_report.h"
#include "core/ids.h"
#include "core/study.h"
#include "core/trial.h"

namespace foldmill {

// The facts that can ever be recorded. One decision of the engine is a list of changes, stored in
// one transaction. Each is idempotent by its key: storing it twice is storing it once.
namespace change {

struct StudyCreated {  // key: study
  StudyId study;
  StudySpec spec;
  WallTime at;
};

struct StudyStateChanged {  // key: study
  StudyId study;
  StudyState state;
  std::string reason;  // for people; empty when obvious
  WallTime at;
};

// Another budget: extended, lowered by a stop to what is running, or put back after it.
struct StudyExtended {  // key: study
  StudyId study;
  int64_t trials;  // the new total
  WallTime at;
  std::optional<int64_t> before_stop = {};  // while the study is stopping: the budget it had
};

// The weights that a study has waited for are there: it may begin.
struct EncoderFound {  // key: study
  StudyId study;
  ArtifactRef artifact;
  WallTime at;
};

// Stages that are to follow a search beside those of its file.
struct FinalStagesSet {  // key: study
  StudyId study;
  FinalStages stages;
  WallTime at;
};

// Creates the trial in state running with its folds pending.
struct TrialCreated {  // key: study, trial
  TrialKey trial;
  ParameterSet params;  // the searched ones only
  bool enqueued;        // asked for by the user
  int folds;            // how many
  WallTime at;
};

struct TrialEnded {  // key: trial
  TrialKey trial;
  TrialState state;             // a finished one
  std::optional<double> value;  // mean over folds; pruned: last value of the fold that decided
  EndCause cause;
  std::string message;
  std::optional<PruneDecision> decision;  // pruned only
  WallTime at;
  MetricValues metrics = {};  // StudySpec::further_metrics() where they were reported, as `value`
  double violation = 0;       // StudySpec::violation(); 0: feasible, or nothing is known
  // Stopped between folds: `value` is what it would probably have come to, judged by the folds it
  // ran and how hard those were for others.
  bool estimated = false;
};

struct FoldChanged {  // key: fold
  FoldKey fold;
  FoldState state;              // pending again, or a finished one; leased comes with the attempt
  std::optional<double> value;  // completed, or the last value of a stopped one
  WallTime at;
};

// The lease: makes the attempt and marks the fold leased. Reports of earlier attempts at this fold
// from `first_epoch` on are superseded in the same transaction.
struct AttemptLeased {  // key: attempt
  AttemptId attempt;
  FoldKey fold;
  int64_t number;  // 1, 2, … within the fold: the fencing order
  WorkerId worker;
  int64_t slot;
  int64_t first_epoch;
  WallTime at;
};

struct AttemptStarted {  // key: attempt
  AttemptId attempt;
  WallTime at;
};

struct AttemptEnded {  // key: attempt
  AttemptId attempt;
  AttemptOutcome outcome;
  WallTime at;
};

// Refused by the store unless the attempt is live: fencing, second pair of eyes.
struct EpochReported {  // key: attempt, epoch
  AttemptId attempt;
  FoldKey fold;
  EpochReport report;
  double value;  // the objective metric's; may be NaN
  WallTime at;
};

// Becomes the fold's checkpoint; the one before is kept behind it, and the one before that is not.
struct CheckpointRecorded {  // key: fold
  AttemptId attempt;
  FoldKey fold;
  Checkpoint checkpoint;
  WallTime at;
};

struct ArtifactRecorded {  // key: attempt, name
  AttemptId attempt;
  FoldKey fold;
  std::string name;  // "state_dict.pt"
  ArtifactRef artifact;
  WallTime at;
};

// The checkpoint of that epoch cannot be gone on from: the one before takes its place, if there is
// one. Nothing if the fold has another one by now. The file goes after the commit.
struct CheckpointWithdrawn {  // key: fold, epoch
  FoldKey fold;
  int64_t epoch;
};

// The fold's checkpoints are no longer wanted (trial ended). Their files go after the commit.
struct CheckpointDropped {  // key: fold
  FoldKey fold;
};

// A trial is handed to a loop outside, which whoever held it before thereby loses. Its attempts
// come with it.
struct TrialAsked {  // key: trial, number
  TrialKey trial;
  int64_t number;   // 1, 2, … within the trial: the fencing order
  std::string key;  // the asker's own, unique in the study
  WorkerId holder;
  Milliseconds lease;
  WallTime at;
};

// One more point to be tried before the sampler is asked again.
struct PointEnqueued {  // key: study, position
  StudyId study;
  int64_t position;  // in StudySpec::enqueue, those of the study file counted
  ParameterSet point;
  WallTime at;
};

struct WorkerSeen {  // key: worker
  WorkerId worker;
  std::string name;
  int64_t slots;
  std::map<std::string, std::string> labels;
  std::string version;
  std::string state;  // ready, draining, lost, gone
  WallTime at;
};

}  // namespace change

using Change = std::variant<
    change::StudyCreated, change::StudyStateChanged, change::StudyExtended, change::EncoderFound,
    change::FinalStagesSet, change::TrialCreated, change::TrialEnded, change::FoldChanged,
    change::AttemptLeased, change::AttemptStarted, change::AttemptEnded, change::EpochReported,
    change::CheckpointRecorded, change::ArtifactRecorded, change::CheckpointWithdrawn,
    change::CheckpointDropped, change::TrialAsked, change::PointEnqueued, change::WorkerSeen>;

// "trial_created": for the event table and for logs.
std::string_view name_of(const Change& change);

}  // namespace foldmill
