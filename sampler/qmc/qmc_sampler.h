#pragma once

#include "sampler/sampler.h"

namespace foldmill::sampler {

// Quasi-random search: trial n is point n of a low-discrepancy sequence (sampler/qmc/sequences.h)
// of one dimension for each parameter of the space, conditional ones included, mapped to the ranges
// as random values are. Learns nothing from the history.
class QmcSampler : public Sampler {
 public:
  explicit QmcSampler(const SamplerSpec& options)
      : halton_(options.sequence == "halton"), scramble_(options.scramble) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  bool halton_;
  bool scramble_;
};

}  // namespace foldmill::sampler
