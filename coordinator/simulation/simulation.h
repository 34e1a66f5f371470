#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "coordinator/simulation/curves.h"
#include "coordinator/simulation/fleet.h"
#include "core/change.h"
#include "core/result.h"
#include "core/study.h"

namespace foldmill::simulation {

// What became of a simulated study.
struct Outcome {
  std::string reason;  // why it ended, if there is more to say than that its budget is used up
  int64_t completed = 0, pruned = 0, failed = 0;  // trials of the search
  int64_t validated = 0;                          // of its cross-validation
  int64_t fold_runs = 0;                          // folds that were begun
  int64_t fold_epochs = 0;                        // trained and reported, those done twice included
  int64_t attempts_lost = 0;                      // with a worker that died
  double seconds = 0;                             // from the start to the end of it all
  double busy_seconds = 0;                        // of all workers together, begun epochs included
  // The best completed trial, as it would be shown: by its cross-validation where there was one.
  struct Best {
    TrialNumber trial = {};  // of the search
    double value = 0;
    std::optional<double> truth = {};  // TrialCurves::truth()
    double seconds = 0;                // when it completed
  };
  std::optional<Best> best;
};

// Sees every fact that the engine decides to record, in order.
using ChangeObserver = std::function<void(const Change&)>;

// Runs one search to its end, and the cross-validation that follows it if it asks for one (not its
// other stages): the coordinator's own engine, the study's sampler and pruner, on a virtual clock,
// with virtual workers whose training is looked up in `curves`. A function of its arguments, apart
// from what a program behind the curves does. Nothing is written.
//
// A trial that is cross-validated has the curves that it has in the search: a fold that was trained
// there comes to the same again.
//
// A worker hears decisions at once and sends checkpoints as the study asks; epochs take their time,
// everything else takes none.
//
// Fails: the fleet or the curves do not fit the study (invalid_argument, failed_precondition), the
// curves give no answer, the study fails or no worker is left (failed_precondition).
Result<Outcome> simulate(StudySpec spec, const Fleet& fleet, Curves& curves,
                         const ChangeObserver& observer = {});

}  // namespace foldmill::simulation
