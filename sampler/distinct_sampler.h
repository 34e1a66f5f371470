#pragma once

#include <memory>

#include "sampler/sampler.h"

namespace foldmill::sampler {

// Stands before another sampler and answers for it, but in a space of finitely many points never
// with the point of an earlier trial while there is another: running the same parameters again with
// the same seed would tell nothing new. A repeated answer is asked for again under other seeds,
// then drawn uniformly, and at last, in a space of at most 100,000 points, taken from what is left.
// Values in `fixed` are kept, also where that leaves nothing but a repetition.
class DistinctSampler : public Sampler {
 public:
  explicit DistinctSampler(std::unique_ptr<Sampler> sampler) : sampler_(std::move(sampler)) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  std::unique_ptr<Sampler> sampler_;
};

}  // namespace foldmill::sampler
