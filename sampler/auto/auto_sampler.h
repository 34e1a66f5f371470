#pragma once

#include "core/sampler_choice.h"
#include "sampler/sampler.h"

namespace foldmill::sampler {

// Answers as the sampler does that core/sampler_choice.h picks for the space, with that sampler's
// default options. Where that is gp and it puts much of what it saw down to noise, tpe answers in
// its place: what a trial's number and the history say, and no state, decides.
class AutoSampler final : public Sampler {
 public:
  explicit AutoSampler(const SearchTerms& terms) : terms_(terms) {}

  Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                               Direction direction, uint64_t study_seed, TrialNumber number,
                               const ParameterSet& fixed) const override;

 private:
  SearchTerms terms_;
};

}  // namespace foldmill::sampler
