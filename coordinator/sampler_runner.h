#pragma once

#include <functional>

#include "coordinator/asio.h"
#include "coordinator/engine/effect.h"
#include "coordinator/engine/event.h"

namespace foldmill::coordinator {

// Where events go: to control, from any thread.
using EventSink = std::function<void(engine::Event)>;

// Answers the engine's questions for parameters on a thread of its own. Owns nothing: a question
// carries its immutable history.
class SamplerRunner {
 public:
  explicit SamplerRunner(EventSink sink) : sink_(std::move(sink)) {}
  ~SamplerRunner() { thread_.join(); }

  // The answer is event::SuggestionReady, also for a failure.
  void ask(engine::effect::AskSampler question);

 private:
  EventSink sink_;
  asio::thread_pool thread_{1};
};

}  // namespace foldmill::coordinator
