#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/result.h"
#include "core/search_space.h"
#include "sampler/sampler.h"

namespace foldmill::bench {

// What a trial came to.
struct TrialOutcome {
  double value;                          // to be minimised; NaN: the trial fails
  std::vector<double> more_losses = {};  // of several objectives
  double violation = 0;
};

using PointOutcome = std::function<Result<TrialOutcome>(const ParameterSet&)>;

struct StudyPlan {
  int64_t trials = 100;
  int64_t running = 1;  // trials at a time; 1: one after the other
};

struct StudyRun {
  std::vector<TrialOutcome> outcomes;  // by trial
  int64_t duplicates = 0;              // trials whose point an earlier trial had
};

// A study without a machine: `running` trials are always on the way, the oldest ends first, and
// with it the sampler is asked for the next, knowing that the others run.
Result<StudyRun> run_study(const sampler::Sampler& sampler, const SearchSpace& space,
                           const PointOutcome& outcome, uint64_t seed, const StudyPlan& plan);

}  // namespace foldmill::bench
