#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/attempt.h"
#include "core/clock.h"
#include "core/ids.h"
#include "core/study.h"
#include "core/trial.h"

namespace foldmill {

// What the coordinator needs to go on: plain facts, as they were recorded.
struct AttemptSnapshot {
  AttemptId id;
  int64_t number = 1;
  WorkerId worker;
  int64_t slot = 0;
  AttemptState state = AttemptState::kLeased;
  EndCause cause = EndCause::kNone;
  int64_t first_epoch = 1;
  NamedArtifacts artifacts = {};  // recorded ones
  WallTime leased = {};
};

struct FoldSnapshot {
  FoldState state = FoldState::kPending;
  std::optional<double> value;
  std::vector<double>
      curve;  // objective by epoch from 1, superseded reports left out; may hold NaN
  // Of a running trial: StudySpec::further_metrics(), each like `curve` and as long.
  std::vector<std::vector<double>> more_curves;
  std::vector<AttemptSnapshot> attempts;  // in order of number
  std::optional<Checkpoint> checkpoint;
  std::optional<Checkpoint> earlier_checkpoint;  // should the file of the first be damaged
};

// A trial handed to a loop outside.
struct AskSnapshot {
  int64_t number = 1;
  std::string key;
  WorkerId holder;
  Milliseconds lease{0};
};

struct TrialSnapshot {
  TrialNumber number;
  TrialState state = TrialState::kRunning;
  ParameterSet params;
  bool enqueued = false;
  std::optional<double> value;
  MetricValues metrics = {};
  double violation = 0;
  bool estimated = false;
  EndCause cause = EndCause::kNone;
  WallTime created;
  std::optional<WallTime> ended;
  std::vector<FoldSnapshot> folds;
  std::vector<AskSnapshot> asks = {};  // in order of number
};

struct StudySnapshot {
  StudyId id;
  StudySpec spec;  // spec.trials is today's budget, extensions included
  StudyState state = StudyState::kActive;
  WallTime created;
  std::optional<WallTime> resumed = {};            // when it last became active again
  std::optional<int64_t> trials_before_stop = {};  // while it is stopping: the budget it had
  std::vector<TrialSnapshot> trials;               // by number, without gaps
};

struct WorkerSnapshot {
  WorkerId id;
  std::string name;
};

struct Snapshot {
  std::vector<StudySnapshot> studies;  // all of them, by id
  std::vector<WorkerSnapshot> workers;
  AttemptId last_attempt{0};  // the highest id ever given
};

}  // namespace foldmill
