#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/epoch_report.h"
#include "core/ids.h"
#include "core/parameter.h"
#include "core/status.h"
#include "core/study.h"
#include "core/trial.h"

// What goes back and forth between the engine and a training loop outside foldmill, which asks for
// trials and tells what became of them. In core so that the engine, the codec and the CLI share it.
namespace foldmill {

inline constexpr Milliseconds kDefaultAskedLease{1'800'000};

struct TrialRequest {
  std::string study;
  std::string key;  // the asker's own, new for every new trial: the same one is the same question
  std::string holder;  // who asks, for people
  Milliseconds lease = kDefaultAskedLease;
  ParameterSet fixed = {};  // the others are sampled

  // What does not depend on the study: key and holder are there and printable, the lease is 1 s to
  // 30 days.
  Status validate() const;
};

// A trial that a loop has been handed, with all that it needs to train it.
struct AskedTrial {
  std::string study;
  TrialNumber trial;
  int64_t lease = 1;           // which handing out of this trial it is, from 1: says who speaks
  Milliseconds lease_time{0};  // without a word for so long, another loop may be handed the trial
  ParameterSet params;         // the searched ones
  ParameterSet constants;
  std::vector<FoldIndex> folds;  // to be trained; the others have their values already
  FoldPlan plan;                 // how the study splits its data
  int64_t epochs = 1;            // of each fold, at most
  std::vector<Goal> goals;       // what is reported and told, the first in front
  friend bool operator==(const AskedTrial&, const AskedTrial&) = default;
};

// The trial that is spoken of, and under which lease.
struct HeldTrial {
  std::string study;
  TrialNumber trial;
  int64_t lease = 0;  // AskedTrial::lease; 0: the only one that there has been
  friend bool operator==(const HeldTrial&, const HeldTrial&) = default;
};

// An epoch of one fold. `report.metrics` are those beside the first objective, which is `value`.
struct HeldReport {
  HeldTrial of;
  FoldIndex fold;
  double value = 0;  // may be NaN or infinite: that ends the trial as diverged
  EpochReport report;
};

// Where a trial stands, for the loop that has just said something of it.
struct TrialStanding {
  TrialState state = TrialState::kRunning;
  bool go_on = true;      // false: training it further is of no use to anybody
  bool repeated = false;  // it had been said before; nothing has changed
  std::optional<double> value;
  std::string note;  // for people
  friend bool operator==(const TrialStanding&, const TrialStanding&) = default;
};

// How a loop ends a trial, or a fold of it.
enum class ResultKind {
  kCompleted,
  kPruned,    // the loop itself stopped it, for being no good
  kFailed,    // the training broke
  kReleased,  // given back untrained: somebody else may have it, and no retry is burned
};

struct TrialResult {
  ResultKind kind = ResultKind::kCompleted;
  std::optional<FoldIndex> fold = {};  // completed only; absent: the whole trial
  std::optional<double> value = {};    // absent: what the reports say
  // With a value, of a study that judges by more than one: StudySpec::further_metrics().
  MetricValues metrics = {};
  EndCause cause = EndCause::kUserError;  // failed only: user_error, out_of_memory, diverged …
  std::string message = {};               // failed, released: why, for people
  friend bool operator==(const TrialResult&, const TrialResult&) = default;
};

struct HeldResult {
  HeldTrial of;
  TrialResult result;
};

struct EnqueueRequest {
  std::string study;
  ParameterSet point;  // what is missing is sampled
  bool again = false;  // even if the same point was enqueued before
};

// Whether `queue` holds what a study file asks for, and behind that at most what was enqueued
// later.
bool extends_queue(const std::vector<ParameterSet>& queue, const std::vector<ParameterSet>& file);

std::string_view to_string(ResultKind v);  // completed, pruned, failed, released
std::optional<ResultKind> parse_result_kind(std::string_view text);

}  // namespace foldmill
