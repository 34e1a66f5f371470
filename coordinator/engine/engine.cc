#include "coordinator/engine/engine.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "coordinator/engine/client_desk.h"
#include "coordinator/engine/placement.h"
#include "coordinator/engine/step.h"
#include "coordinator/engine/study_engine.h"
#include "coordinator/engine/study_registry.h"
#include "coordinator/engine/worker_desk.h"

namespace foldmill::engine {

class Engine::Impl {
 public:
  Impl(EngineOptions options, const Snapshot& snapshot, Now now);

  Transition start(Now now);
  Transition on(Event event, Now now);
  bool refers_to(const ArtifactRef& artifact) const {
    return commons_.artifacts.contains(artifact);
  }

 private:
  // To the desk that the event is for.
  template <class What>
  void handle(What& what, Step& step);
  void handle(event::SuggestionReady& answer, Step& step);
  void handle(event::EncoderLookedUp& answer, Step& step);
  void handle(event::StageMade& made, Step& step);
  void handle(event::TimerFired&, Step& step);

  Transition settle(Step step);
  void dispatch(Step& step);
  void arm_timer(Step& step);

  Commons commons_;
  StudyRegistry studies_;
  WorkerDesk workers_;
  ClientDesk clients_;
  StudyId last_served_;
  std::optional<SteadyTime> armed_;
};

Engine::Impl::Impl(EngineOptions options, const Snapshot& snapshot, Now now)
    : commons_{.options = options,
               .leases = LeaseTable(options.lease),
               .workers = WorkerRegistry(snapshot.workers),
               .artifacts = {},
               .last_attempt = snapshot.last_attempt},
      studies_(commons_, snapshot, now),
      workers_(commons_, studies_),
      clients_(studies_) {}

Transition Engine::Impl::start(Now now) {
  Step step(now);
  for (StudyEngine* study : studies_.all()) {
    study->look(step);
    study->begin(step);
  }
  return settle(std::move(step));
}

Transition Engine::Impl::on(Event event, Now now) {
  Step step(now);
  std::visit([&](auto& what) { handle(what, step); }, event);
  return settle(std::move(step));
}

template <class What>
void Engine::Impl::handle(What& what, Step& step) {
  if constexpr (requires { workers_.handle(what, step); })
    workers_.handle(what, step);
  else
    clients_.handle(what, step);
}

void Engine::Impl::handle(event::SuggestionReady& answer, Step& step) {
  if (StudyEngine* const study = studies_.find(answer.study))
    study->suggestion_ready(std::move(answer), step);
}

void Engine::Impl::handle(event::EncoderLookedUp& answer, Step& step) {
  studies_.at(answer.study).encoder_looked_up(answer.found, step);
}

void Engine::Impl::handle(event::StageMade& made, Step& step) {
  Status status = made.next.status();
  if (status.ok() && *made.next && !studies_.find((*made.next)->name))
    status = studies_.create(**std::move(made.next), step).status();
  if (!status.ok()) studies_.at(made.completed).stage_failed(status, step);
}

void Engine::Impl::handle(event::TimerFired&, Step& step) {
  const SteadyTime now = step.now().steady;
  if (const auto due = std::exchange(armed_, std::nullopt);
      due && has_overslept(commons_.options, *due, now)) {
    commons_.leases.renew_all(now);
    for (StudyEngine* study : studies_.all()) study->all_heard_again(step);
  }
  workers_.lose_expired(step);
  for (StudyEngine* study : studies_.all()) study->look(step);
}

Transition Engine::Impl::settle(Step step) {
  for (const std::string& completed : step.completed())
    for (StudyEngine* study : studies_.all())
      if (study->waits_for(completed)) study->look_for_encoder(step);
  dispatch(step);
  for (StudyEngine* study : studies_.all()) {
    study->serve_asks(step);
    study->ask_ahead(step);
  }
  arm_timer(step);
  return std::move(step).finish();
}

void Engine::Impl::dispatch(Step& step) {
  Placement placement(commons_.workers, studies_.all(), last_served_);
  placement.run(step);
  last_served_ = placement.last_served();
}

// A renewal moves expiry later, and a timer that is armed too early just fires once for nothing;
// re-arming at every heartbeat would cost more. While anything is leased the clock is looked at
// often enough for has_overslept().
void Engine::Impl::arm_timer(Step& step) {
  std::optional<SteadyTime> next = commons_.leases.next_expiry();
  if (next) next = std::min(*next, step.now().steady + commons_.options.lease / 3);
  for (const StudyEngine* study : studies_.all())
    if (const auto deadline = study->deadline(step.now()))
      next = next ? std::min(*next, *deadline) : *deadline;
  if (!next || (armed_ && *armed_ <= *next)) return;
  armed_ = next;
  step.perform(effect::ArmTimer{*next});
}

Engine::Engine(EngineOptions options, const Snapshot& snapshot, Now now)
    : impl_(std::make_unique<Impl>(options, snapshot, now)) {}
Engine::~Engine() = default;
Transition Engine::start(Now now) { return impl_->start(now); }
Transition Engine::on(Event event, Now now) { return impl_->on(std::move(event), now); }
bool Engine::refers_to(const ArtifactRef& artifact) const { return impl_->refers_to(artifact); }

}  // namespace foldmill::engine
