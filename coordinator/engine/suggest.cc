#include "coordinator/engine/suggest.h"

#include <exception>

#include "core/text.h"
#include "sampler/sampler.h"

namespace foldmill::engine {

Result<ParameterSet> suggest(const effect::AskSampler& question) {
  const StudySpec& spec = *question.spec;
  try {
    FOLDMILL_ASSIGN_OR_RETURN(const auto sampler,
                              sampler::make_sampler(spec.sampler, terms_of(spec)));
    return sampler->suggest(question.history, spec.space, spec.objective.direction, spec.seed,
                            question.trial, question.fixed);
  } catch (const std::exception& error) {
    return internal_error(concat("sampler ", spec.sampler.type, ": ", error.what()));
  }
}

}  // namespace foldmill::engine
