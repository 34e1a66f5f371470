#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/artifact.h"
#include "core/asked_trial.h"
#include "core/attempt.h"
#include "core/epoch_report.h"
#include "core/ids.h"
#include "core/result.h"
#include "core/study.h"

namespace foldmill::engine {

// A connection of a worker. Given by the coordinator's rpc side, never reused in one process.
using SessionId = StrongId<struct SessionTag>;
// A caller that waits for an answer to a study command.
using RequestId = StrongId<struct RequestTag>;

// What a reconnecting worker still works at, or has finished but not yet been acknowledged for:
// both must be said, because a live attempt that is not said is lost.
struct RunningAttempt {
  AttemptId attempt;
  int64_t slot = 0;
  WallTime leased = {};  // as the assignment said
};

// What goes in. Everything the outside can say to the engine, in terms of core.
namespace event {

struct WorkerJoined {
  SessionId session;
  std::string name;      // unique among workers; a new session of the same name replaces the old
  std::string instance;  // one process's life: a new one has lost what the old one ran
  int64_t slots = 1;
  std::map<std::string, std::string> labels;
  std::vector<std::string> models;  // empty: not said, takes anything
  std::string version;
  std::vector<RunningAttempt> running;
  int64_t gpu_memory_mib = 0;  // of each slot; 0: none, or not known
};
struct WorkerLeft {  // the stream ended; its attempts keep their lease until it expires
  SessionId session;
  std::string reason;
};
struct WorkerDraining {  // takes nothing more; gives back what it runs
  SessionId session;
};
struct Heartbeat {
  SessionId session;
};
// The next four carry the worker's sequence number, which is acknowledged after the commit.
struct AttemptStarted {
  SessionId session;
  uint64_t sequence = 0;
  AttemptId attempt;
};
struct EpochReported {
  SessionId session;
  uint64_t sequence = 0;
  AttemptId attempt;
  EpochReport report;
};
struct CheckpointSaved {
  SessionId session;
  uint64_t sequence = 0;
  AttemptId attempt;
  Checkpoint checkpoint;
  bool is_here = true;  // the file, in the artifact store, when this was said
};
struct ArtifactSaved {
  SessionId session;
  uint64_t sequence = 0;
  AttemptId attempt;
  std::string name;
  ArtifactRef artifact;
  bool is_here = true;  // as above
};
struct AttemptFinished {
  SessionId session;
  uint64_t sequence = 0;
  AttemptId attempt;
  AttemptOutcome outcome;         // succeeded, failed or stopped
  NamedArtifacts artifacts = {};  // that its worker says it has kept
};
struct SuggestionReady {
  StudyId study;
  TrialNumber trial;
  uint64_t history_version = 0;  // of the AskSampler it answers
  Result<ParameterSet> params;
};
struct StudyCreateRequested {
  RequestId request;
  StudySpec spec;  // validated
};
enum class StudyVerb { kPause, kPauseNow, kResume, kStop, kCancel, kExtend };
struct StudyCommanded {
  RequestId request;
  std::string study;  // name
  StudyVerb verb;
  int64_t trials = 0;     // extend: the new total, or what is added
  bool relative = false;  // extend: trials are added
};
// From loops that train outside; see core/asked_trial.h.
struct TrialRequested {
  RequestId request;
  TrialRequest what;  // validated
};
struct HeldRenewed {
  RequestId request;
  HeldTrial held;
};
struct HeldReported {
  RequestId request;
  HeldReport report;
};
struct HeldTold {
  RequestId request;
  HeldResult told;
};
struct PointEnqueued {
  RequestId request;
  EnqueueRequest point;
};
// The answer to effect::FindEncoder: nothing while the other study has not completed.
struct EncoderLookedUp {
  StudyId study;
  Result<std::optional<ArtifactRef>> found;
};
// The answer to effect::MakeNextStage: nothing when no stage follows, or it is there already.
struct StageMade {
  StudyId completed;  // what it follows
  Result<std::optional<StudySpec>> next;
};
// A search that has completed gets stages that its file did not ask for.
struct StagesRequested {
  RequestId request;
  std::string study;
  FinalStages stages;
};
struct TimerFired {};

}  // namespace event

using Event =
    std::variant<event::WorkerJoined, event::WorkerLeft, event::WorkerDraining, event::Heartbeat,
                 event::AttemptStarted, event::EpochReported, event::CheckpointSaved,
                 event::ArtifactSaved, event::AttemptFinished, event::SuggestionReady,
                 event::StudyCreateRequested, event::StudyCommanded, event::TrialRequested,
                 event::HeldRenewed, event::HeldReported, event::HeldTold, event::PointEnqueued,
                 event::EncoderLookedUp, event::StageMade, event::StagesRequested,
                 event::TimerFired>;

}  // namespace foldmill::engine
