#include "coordinator/sampler_runner.h"

#include <exception>
#include <utility>

#include "core/text.h"
#include "sampler/sampler.h"

namespace foldmill::coordinator {
namespace {

// The boundary for exceptions of numerical code: a failing sampler fails its study, no more.
Result<ParameterSet> suggest(const engine::effect::AskSampler& question) {
  try {
    const StudySpec& spec = *question.spec;
    FOLDMILL_ASSIGN_OR_RETURN(const auto sampler,
                              sampler::make_sampler(spec.sampler, terms_of(spec)));
    return sampler->suggest(question.history, spec.space, spec.objective.direction, spec.seed,
                            question.trial, question.fixed);
  } catch (const std::exception& error) {
    return internal_error(concat("sampler ", question.spec->sampler.type, ": ", error.what()));
  }
}

}  // namespace

void SamplerRunner::ask(engine::effect::AskSampler question) {
  asio::post(thread_, [this, question = std::move(question)]() noexcept {
    sink_(engine::event::SuggestionReady{question.study, question.trial, question.history_version,
                                         suggest(question)});
  });
}

}  // namespace foldmill::coordinator
