#include "coordinator/sampler_runner.h"

#include <utility>

#include "coordinator/engine/suggest.h"
#include "core/failpoint.h"

namespace foldmill::coordinator {

void SamplerRunner::ask(engine::effect::AskSampler question) {
  asio::post(thread_, [this, question = std::move(question)]() noexcept {
    failpoint("suggestion.before");
    auto suggestion = engine::suggest(question);
    failpoint("suggestion.after");
    sink_(engine::event::SuggestionReady{question.study, question.trial, question.history_version,
                                         std::move(suggestion)});
  });
}

}  // namespace foldmill::coordinator
