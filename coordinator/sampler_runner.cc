#include "coordinator/sampler_runner.h"

#include <utility>

#include "coordinator/engine/suggest.h"

namespace foldmill::coordinator {

void SamplerRunner::ask(engine::effect::AskSampler question) {
  asio::post(thread_, [this, question = std::move(question)]() noexcept {
    sink_(engine::event::SuggestionReady{question.study, question.trial, question.history_version,
                                         engine::suggest(question)});
  });
}

}  // namespace foldmill::coordinator
