#include "sampler/auto/auto_sampler.h"

#include "core/sampler_choice.h"

namespace foldmill::sampler {

Result<ParameterSet> AutoSampler::suggest(const History& history, const SearchSpace& space,
                                          Direction direction, uint64_t study_seed,
                                          TrialNumber number, const ParameterSet& fixed) const {
  SamplerSpec picked;
  picked.type = choose_sampler(space, terms_).type;
  FOLDMILL_ASSIGN_OR_RETURN(const auto sampler, make_sampler(picked));
  return sampler->suggest(history, space, direction, study_seed, number, fixed);
}

}  // namespace foldmill::sampler
