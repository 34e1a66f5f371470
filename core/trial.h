#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/ids.h"
#include "core/parameter.h"

namespace foldmill {

// waiting -> running -> completed | pruned | failed | cancelled
// completed and pruned trials count for the budget; failed and cancelled ones do not.
enum class TrialState { kWaiting, kRunning, kCompleted, kPruned, kFailed, kCancelled };

// pending -> leased -> completed | stopped | failed; leased -> pending when an attempt is lost
enum class FoldState { kPending, kLeased, kCompleted, kStopped, kFailed };

// Why something ended before its time. Stored and shown as text; distinct on purpose: some are
// answers about the parameters, some about the machine.
enum class EndCause {
  kNone,
  kPruned,
  kDiverged,  // NaN or infinite loss: an answer about the parameters, never retried
  kOutOfMemory,
  kDataMissing,  // this worker has not got the data, or it is damaged
  kUserError,    // the training code refused or threw
  kLost,         // the worker, its child or the connection went away
  kPreempted,    // given back by a draining worker; burns no retry
  kCancelled,
  kInternal,
  kStalled,  // its worker was well, but no epoch came any more
};

// Why a trial was pruned, in numbers.
struct PruneDecision {
  FoldIndex fold;
  int64_t epoch = 0;
  double value = 0;      // what was judged: the fold's best so far, its value at a rung …
  double threshold = 0;  // what it would have had to reach: the peers' median at this epoch …
  int64_t peers = 0;     // how many values of others the threshold is made of
  std::string pruner;    // the type that decided: "median"
  std::optional<double> p_value = {};  // race: of the test that the trial is worse than the best
  friend bool operator==(const PruneDecision&, const PruneDecision&) = default;
};

std::string_view to_string(TrialState v);  // waiting, running, completed, pruned, failed, cancelled
std::string_view to_string(FoldState v);   // pending, leased, completed, stopped, failed
// none, pruned, diverged, out_of_memory, data_missing, user_error, lost, preempted, cancelled,
// internal
std::string_view to_string(EndCause v);
std::optional<TrialState> parse_trial_state(std::string_view text);
std::optional<FoldState> parse_fold_state(std::string_view text);
std::optional<EndCause> parse_end_cause(std::string_view text);

bool is_finished(TrialState state);
bool is_finished(FoldState state);
bool counts_for_budget(TrialState state);  // completed or pruned

}  // namespace foldmill
