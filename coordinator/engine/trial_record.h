#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/engine/retry_tally.h"
#include "core/attempt.h"
#include "core/ids.h"
#include "core/learning_curve.h"
#include "core/snapshot.h"
#include "core/trial.h"
#include "sampler/history.h"

namespace foldmill::engine {

// The attempt that holds a fold now. Where and for whom stands in the LeaseTable.
struct LiveAttempt {
  AttemptId id;
  AttemptState state = AttemptState::kLeased;
  int64_t first_epoch = 1;
  NamedArtifacts artifacts = {};  // that it has saved
  bool stop_asked = false;        // since the coordinator started
  bool inherited = false;         // leased before it did
};

//              (1)                 (3)
//   pending ---------> leased -----------> completed
//      ^                 | \------------> failed     (4)
//      |       (2)       |  \-----------> stopped    (5), also from pending
//      +-----------------+
//
// (1) an attempt is leased to a worker; the curve goes back to where its checkpoint is.
// (2) the attempt is lost, given back, or failed for a cause that may be tried again.
// (3) the attempt succeeded and the curve is complete.
// (4) the attempt failed for good, and the trial with it.
// (5) the trial ended otherwise: pruned, cancelled, failed in another fold.
struct FoldRecord {
  FoldState state = FoldState::kPending;
  std::optional<double> value;
  LearningCurve curve;                     // what has been recorded and not superseded
  std::vector<LearningCurve> more_curves;  // of StudySpec::further_metrics(), as long as `curve`
  std::optional<LiveAttempt> live;
  int64_t attempts = 0;  // so far: the number of the last one
  std::optional<Checkpoint> checkpoint;
  std::optional<Checkpoint> earlier_checkpoint;  // should the file of the first be damaged
  RetryTally tally;

  int64_t resume_epoch() const { return checkpoint ? checkpoint->epoch + 1 : 1; }
  // The last value of the curve, if it is a number.
  std::optional<double> last_value() const;
  // An epoch more: the first objective, and the further metrics in their order.
  void append(double first, const std::vector<double>& further);
  // Forgets everything after `epoch`: a new attempt starts there again.
  void truncate(int64_t epoch);
};

//             (1)             (2)
//   running ------> completed | pruned | failed | cancelled
//
// A trial begins running; `waiting` is not used by the engine, because a trial is created at the
// moment its first fold is leased. (1), (2): StudyEngine::end_trial, once per trial.
struct TrialRecord {
  TrialNumber number;
  TrialState state = TrialState::kRunning;
  ParameterSet params;
  bool enqueued = false;
  std::optional<double> value;
  MetricValues metrics;    // once it has ended: StudySpec::further_metrics()
  double violation = 0;    // once it has ended: StudySpec::violation()
  bool estimated = false;  // stopped between folds: `value` is what it was heading for
  std::vector<FoldRecord> folds;
  sampler::History::Entry observation;
  std::vector<AskSnapshot>
      asks;                 // of a study that is trained outside; the last one holds the trial
  bool given_back = false;  // by its holder, so that it may not go on with it

  // What the folds' values come to; all folds must be completed. A NaN among them makes it NaN.
  double aggregate(const StudySpec& spec) const;
  // The pending folds that may run now, by the study's FoldOrder.
  std::vector<FoldIndex> due_folds(const StudySpec& spec) const;
  bool all_folds_completed() const;
  // StudySpec::further_metrics(), each the mean over the folds that have reported: a completed fold
  // counts with the epoch that its value is of, any other with its last. NaN where none has.
  MetricValues further_values(const StudySpec& spec) const;
  // What policies see of the trial as it is now.
  void observe(const StudySpec& spec);
};

TrialRecord make_trial(TrialNumber number, ParameterSet params, bool enqueued, int folds);
TrialRecord make_trial(const TrialSnapshot& snapshot);

}  // namespace foldmill::engine
