#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/artifact.h"
#include "core/assignment.h"
#include "core/attempt.h"
#include "core/clock.h"
#include "core/epoch_report.h"
#include "core/ids.h"

// What a worker and the coordinator say to each other, as values. The order and the meaning of
// sequence numbers stand in foldmill/v1/worker_service.proto.
namespace foldmill::proto {

// Raised when an older side would misunderstand a newer one. Both must agree.
inline constexpr int kProtocolVersion = 1;

struct RunningAttempt {
  AttemptId attempt;
  int64_t slot = 0;
  WallTime leased = {};  // as its assignment said
  friend bool operator==(const RunningAttempt&, const RunningAttempt&) = default;
};

struct Hello {
  int protocol = kProtocolVersion;
  std::string version;   // of the software
  std::string name;      // unique among the workers of a coordinator
  std::string instance;  // random, one per process
  int64_t slots = 1;
  std::map<std::string, std::string> labels;
  std::vector<std::string> models;  // empty: takes anything
  std::vector<RunningAttempt> running;
  int64_t gpu_memory_mib = 0;  // of each slot; 0: none, or not known
};
struct Heartbeat {};
struct Draining {};
struct AttemptStarted {
  AttemptId attempt;
};
struct AttemptReport {
  AttemptId attempt;
  EpochReport report;
};
struct CheckpointSaved {  // uploaded before
  AttemptId attempt;
  Checkpoint checkpoint;
};
struct ArtifactSaved {  // uploaded before
  AttemptId attempt;
  std::string name;
  ArtifactRef artifact;
};
struct AttemptFinished {
  AttemptId attempt;
  AttemptOutcome outcome;
  NamedArtifacts artifacts = {};  // all that it has kept; nothing if its worker does not say it
};

struct WorkerMessage {
  uint64_t sequence = 0;  // 0: hello, heartbeat, draining; else from 1, acknowledged
  std::variant<Hello, Heartbeat, Draining, AttemptStarted, AttemptReport, CheckpointSaved,
               ArtifactSaved, AttemptFinished>
      body;
};

struct Welcome {
  std::string version;
  WorkerId worker;
  Milliseconds lease{0};
  Milliseconds heartbeat{0};
  std::vector<AttemptId> keep;  // of Hello::running; the others are to be dropped
};
struct SlotAssignment {
  int64_t slot = 0;
  Assignment assignment;
  WallTime leased = {};  // with its number, what tells the attempt from all others
};
enum class AckVerdict { kAccepted, kDuplicate, kSuperseded, kRejected };
struct Ack {
  uint64_t sequence = 0;
  AckVerdict verdict = AckVerdict::kAccepted;
  std::string message;
};
struct Stop {
  AttemptId attempt;
  EndCause cause = EndCause::kNone;  // pruned, cancelled, preempted
};
struct Drain {};  // nothing more will be assigned: checkpoint, give back, leave

using CoordinatorMessage = std::variant<Welcome, SlotAssignment, Ack, Stop, Drain>;

}  // namespace foldmill::proto
