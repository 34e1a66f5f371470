#pragma once

#include <cstdint>
#include <memory>

#include "core/result.h"
#include "core/sampler_choice.h"
#include "core/search_space.h"
#include "core/study.h"
#include "sampler/history.h"

namespace foldmill::sampler {

// Proposes parameters. Const and without hidden state: the answer is a function of its arguments,
// so it may be asked on any thread, twice, or after a restart.
class Sampler {
 public:
  virtual ~Sampler() = default;

  // The point to try as trial `number`: exactly the active parameters of `space`, each within its
  // range. `fixed` holds values that are already decided (an enqueued trial's): active ones are
  // kept, only the rest is sampled. Never fails for a history it has not seen the like of; only
  // when it cannot serve the space, which study check reports beforehand, and with out_of_range
  // when there is no point left to try, which completes the study.
  virtual Result<ParameterSet> suggest(const History& history, const SearchSpace& space,
                                       Direction direction, uint64_t study_seed, TrialNumber number,
                                       const ParameterSet& fixed) const = 0;
};

// Refuses unknown types and options out of range. `terms` are what type auto goes by. Where a space
// has finitely many points, none is suggested twice while there are others
// (sampler/distinct_sampler.h).
Result<std::unique_ptr<Sampler>> make_sampler(const SamplerSpec& spec,
                                              const SearchTerms& terms = {});

}  // namespace foldmill::sampler
