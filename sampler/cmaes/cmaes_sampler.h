#pragma once

#include "sampler/sampler.h"

namespace foldmill::sampler {

// Covariance matrix adaptation (sampler/cmaes/evolution.h) over the numeric parameters without
// conditions, each on the unit interval; all others are drawn uniformly. `options.sigma` is the
// first standard deviation, `options.population` the size of a generation, 0 for 4 + 3 ln n.
//
// A suggestion replays the study: finished trials, by number, are cut into generations, and the
// next point is drawn from what they make of the distribution. Completed trials rank by value, then
// come pruned ones by how far they got and by their last value; failed and running ones do not
// count. Which place within its cell a stepped parameter was drawn at is not recorded but drawn
// again from the trial's number; a trial that is found in none of the latest generations
// (enqueued, say) enters as an injected point. So with trials in parallel nobody waits for a
// generation to be full: a trial simply is the next point of the distribution of the moment.
//
// Cost: linear in finished trials, times a cube of the parameters for each generation.
class CmaesSampler final : public Sampler {
 public:
  explicit CmaesSampler(const SamplerSpec& options)
      : sigma_(options.sigma), population_(options.population) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  double sigma_;
  int population_;
};

}  // namespace foldmill::sampler
