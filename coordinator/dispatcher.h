#pragma once

#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "coordinator/artifact_promises.h"
#include "coordinator/effect_runner.h"
#include "coordinator/engine/engine.h"
#include "coordinator/store_gateway.h"
#include "coordinator/transition_log.h"
#include "core/clock.h"
#include "core/failpoint.h"

namespace foldmill::coordinator {

// The middle of it all: an event goes to the engine, what it decides to the disk, and only then
// to the log and the world. Questions to the sampler alone go ahead: it is not the world, and what
// comes of its answer waits for the disk in its turn. On control.
class Dispatcher {
 public:
  Dispatcher(engine::EngineOptions options, const Snapshot& snapshot, const Clock& clock,
             StoreGateway& store, EffectRunner& effects, ArtifactPromises& promises, Logger log)
      : clock_(clock),
        store_(store),
        effects_(effects),
        promises_(promises),
        log_(std::move(log), snapshot),
        engine_(options, snapshot, clock.now()) {}

  void start() {
    carry_out(engine_.start(clock_.now()), [] {});
  }

  // `settled` is called when all that came of it is on disk and done: in this call, if nothing is
  // to be written and nothing waits; never after stop() or when the disk has failed for good.
  void on(engine::Event event, std::function<void()> settled) {
    if (stopped_) return;
    const std::optional<ArtifactRef> named = artifact_named_by(event);
    carry_out(engine_.on(std::move(event), clock_.now()), std::move(settled));
    if (named) promises_.settle(*named);
  }

  bool refers_to(const ArtifactRef& artifact) const { return engine_.refers_to(artifact); }

  // Decides nothing more; what was decided still goes to disk.
  void stop() { stopped_ = true; }

 private:
  static std::optional<ArtifactRef> artifact_named_by(const engine::Event& event) {
    if (const auto* saved = std::get_if<engine::event::CheckpointSaved>(&event))
      return saved->checkpoint.artifact;
    if (const auto* saved = std::get_if<engine::event::ArtifactSaved>(&event))
      return saved->artifact;
    return std::nullopt;
  }

  void carry_out(engine::Transition transition, std::function<void()> settled) {
    std::vector<engine::Effect> later;
    later.reserve(transition.effects.size());
    for (engine::Effect& effect : transition.effects)
      if (std::holds_alternative<engine::effect::AskSampler>(effect))
        effects_.run(std::move(effect));
      else
        later.push_back(std::move(effect));
    store_.commit(std::move(transition.changes),
                  [this, effects = std::move(later),
                   settled = std::move(settled)](std::span<const Change> changes) mutable {
                    failpoint("store.before_effects");
                    log_.write(changes);
                    for (engine::Effect& effect : effects) effects_.run(std::move(effect));
                    failpoint("store.after_effects");
                    settled();
                  });
  }

  const Clock& clock_;
  StoreGateway& store_;
  EffectRunner& effects_;
  ArtifactPromises& promises_;
  TransitionLog log_;
  engine::Engine engine_;
  bool stopped_ = false;
};

}  // namespace foldmill::coordinator
