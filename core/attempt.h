#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/artifact.h"
#include "core/ids.h"
#include "core/trial.h"

namespace foldmill {

// leased -> running -> succeeded | failed | stopped | lost
// succeeded: trained to its last epoch. stopped: told to (pruned, cancelled, given back), or let down
// by its checkpoint; costs no retry. failed: the training said why. lost: nobody can say.
enum class AttemptState { kLeased, kRunning, kSucceeded, kFailed, kStopped, kLost };

std::string_view to_string(AttemptState v);
std::optional<AttemptState> parse_attempt_state(std::string_view text);
bool is_live(AttemptState state);  // leased or running: holds the fold

// How an attempt ended.
struct AttemptOutcome {
  AttemptState state = AttemptState::kSucceeded;  // not leased, not running
  EndCause cause = EndCause::kNone;
  std::string message;  // for people: what failed, with the last lines of stderr if a child died
  friend bool operator==(const AttemptOutcome&, const AttemptOutcome&) = default;
};

// Where a later attempt can start again.
struct Checkpoint {
  int64_t epoch = 0;  // complete through this epoch
  ArtifactRef artifact;
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

}  // namespace foldmill
