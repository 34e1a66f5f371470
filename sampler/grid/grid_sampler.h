#pragma once

#include "sampler/sampler.h"

namespace foldmill::sampler {

// Every point of the grid once (core/grid_points.h), in an order that the study's seed shuffles:
// trial n has the n-th point of that order, or the next one that no trial has taken. Trials that
// were enqueued count as far as they lie on the grid; so do failed ones. out_of_range once nothing
// is left. An enqueued trial keeps its values and takes what it lacks from the grid.
class GridSampler : public Sampler {
 public:
  explicit GridSampler(const SamplerSpec& options) : float_points_(options.grid_points) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  int float_points_;
};

}  // namespace foldmill::sampler
