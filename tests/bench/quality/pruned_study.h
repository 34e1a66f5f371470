#pragma once

#include <cstdint>
#include <vector>

#include "core/result.h"
#include "sampler/pruner.h"
#include "sampler/sampler.h"

namespace foldmill::bench {

// What a pruner does to a study of the mixed function (coordinator/simulation/functions/mixed.h),
// one trial after the other, minimised.
struct PrunedStudy {
  int64_t trials = 0;
  int64_t pruned = 0;
  int64_t spent = 0;              // epochs, or folds
  double best_observed = 0;       // least value of a completed trial
  double best_true = 0;           // that trial's value without noise
  std::vector<double> report_ms;  // by report: taking it and asking the pruner
};

// Trials of `epochs` epochs on noisy learning curves, each epoch reported. At most `trials`, and
// none is begun once `budget` epochs are spent (0: no such limit).
Result<PrunedStudy> run_curves(const sampler::Sampler& sampler, const sampler::Pruner& pruner,
                               uint64_t seed, int64_t trials, int epochs, int64_t budget);

// Trials of `folds` noisy folds, in order, each of a single epoch.
Result<PrunedStudy> run_folds(const sampler::Sampler& sampler, const sampler::Pruner& pruner,
                              uint64_t seed, int64_t trials, int folds);

}  // namespace foldmill::bench
