#pragma once

#include "core/distribution.h"
#include "core/random.h"
#include "sampler/sampler.h"

namespace foldmill::sampler {

// One internal value, uniform over the parameter's range: on the logarithm for log parameters, over
// the members of a grid, over the choices. Takes exactly one draw from `random` unless the
// parameter is categorical.
double sample_uniform(const Distribution& distribution, Random& random);

// Every parameter uniformly and on its own (Bergstra and Bengio, "Random search for hyper-parameter
// optimization", JMLR 2012). Ignores the history.
class RandomSampler final : public Sampler {
 public:
  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;
};

}  // namespace foldmill::sampler
