#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "coordinator/engine/event.h"
#include "core/assignment.h"
#include "core/change.h"
#include "core/clock.h"
#include "sampler/history.h"

namespace foldmill::engine {

enum class AckVerdict {
  kAccepted,    // on disk
  kDuplicate,   // was already on disk; nothing changed
  kSuperseded,  // the attempt no longer holds its fold: stop it quietly
  kRejected,    // wrong in itself (a skipped epoch, an unknown metric); `message` says why
};

// What comes out, to be performed in order, each only after the changes of its transition (and of
// all before it) are on disk.
namespace effect {

struct AskSampler {  // may go ahead of the disk: what comes of the answer waits for it
  StudyId study;
  TrialNumber trial;
  uint64_t history_version = 0;
  std::shared_ptr<const StudySpec> spec;
  sampler::History history;
  ParameterSet fixed;
  bool awaited = false;  // a slot waits: the answer is used even if the history has grown meanwhile
};
struct SendWelcome {
  SessionId session;
  WorkerId worker;
  std::vector<AttemptId> keep;  // of those it runs; the rest it must drop
};
struct SendAssignment {
  SessionId session;
  int64_t slot = 0;
  Assignment assignment;
  WallTime leased = {};  // the worker says it again when it comes back
};
struct SendAck {
  SessionId session;
  uint64_t sequence = 0;
  AckVerdict verdict = AckVerdict::kAccepted;
  std::string message;
};
struct SendStop {
  SessionId session;
  AttemptId attempt;
  EndCause cause = EndCause::kNone;  // pruned, cancelled, preempted (checkpoint and give back)
};
struct SendDrain {  // the answer to draining: no assignment comes after it
  SessionId session;
};
struct CloseSession {  // replaced by a newer session of the same worker, or misbehaving
  SessionId session;
  Status why;
};
struct Reply {  // to whatever carries a RequestId
  RequestId request;
  Status status = {};
  StudyId study = {};
  std::string note = {};  // "fashion-cae is paused; 2 attempts finish first"
  std::variant<std::monostate, AskedTrial, TrialStanding> answer = {};  // to loops outside
};
struct ArmTimer {  // fire event::TimerFired at that time; replaces an earlier one
  SteadyTime at;
};
struct DeleteArtifact {  // nothing refers to it any more
  ArtifactRef artifact;
};
struct StudyChanged {  // for watchers
  StudyId study;
};
struct FindEncoder {  // answered by event::EncoderLookedUp
  StudyId study;      // that waits for it
  std::shared_ptr<const StudySpec> spec;
};
struct MakeNextStage {  // answered by event::StageMade
  StudyId study;        // a search or a stage, completed
  std::string name;
};

}  // namespace effect

using Effect =
    std::variant<effect::AskSampler, effect::SendWelcome, effect::SendAssignment, effect::SendAck,
                 effect::SendStop, effect::SendDrain, effect::CloseSession, effect::Reply,
                 effect::ArmTimer, effect::DeleteArtifact, effect::StudyChanged,
                 effect::FindEncoder, effect::MakeNextStage>;

struct Transition {
  std::vector<Change> changes;
  std::vector<Effect> effects;
};

}  // namespace foldmill::engine
