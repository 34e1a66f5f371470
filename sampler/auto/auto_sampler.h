#pragma once

#include "sampler/sampler.h"

namespace foldmill::sampler {

// Answers as the sampler does that core/sampler_choice.h picks for the space, with that sampler's
// default options.
class AutoSampler final : public Sampler {
 public:
  explicit AutoSampler(std::optional<int64_t> parallel) : parallel_(parallel) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  std::optional<int64_t> parallel_;  // of the study
};

}  // namespace foldmill::sampler
