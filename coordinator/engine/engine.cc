#include "coordinator/engine/engine.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "coordinator/engine/placement.h"
#include "coordinator/engine/step.h"
#include "coordinator/engine/study_engine.h"
#include "coordinator/engine/study_match.h"
#include "core/text.h"

namespace foldmill::engine {
namespace {

// A result's value goes to `place`, its status to the caller.
template <class Value, class Place>
Status put(Result<Value> result, Place& place) {
  if (result.ok()) place = std::move(result).value();
  return result.status();
}

}  // namespace

class Engine::Impl {
 public:
  Impl(EngineOptions options, const Snapshot& snapshot, Now now);

  Transition start(Now now);
  Transition on(Event event, Now now);

 private:
  void handle(const event::WorkerJoined& joined, Step& step);
  void handle(const event::WorkerLeft& left, Step& step);
  void handle(const event::WorkerDraining& draining, Step& step);
  void handle(const event::Heartbeat& heartbeat, Step& step);
  void handle(const event::AttemptStarted& message, Step& step);
  void handle(const event::EpochReported& message, Step& step);
  void handle(const event::CheckpointSaved& message, Step& step);
  void handle(const event::ArtifactSaved& message, Step& step);
  void handle(const event::AttemptFinished& message, Step& step);
  void handle(event::SuggestionReady& answer, Step& step);
  void handle(event::StudyCreateRequested& request, Step& step);
  void handle(const event::StudyCommanded& command, Step& step);
  void handle(event::TrialRequested& ask, Step& step);
  void handle(const event::HeldRenewed& renewed, Step& step);
  void handle(const event::HeldReported& reported, Step& step);
  void handle(const event::HeldTold& told, Step& step);
  void handle(const event::PointEnqueued& enqueued, Step& step);
  void handle(event::EncoderLookedUp& answer, Step& step);
  void handle(event::StageMade& made, Step& step);
  void handle(const event::StagesRequested& request, Step& step);
  void handle(const event::TimerFired&, Step& step);

  std::string why_lost(const Lease& lease, SteadyTime now) const;
  void lose_expired(Step& step);
  Result<StudyEngine*> create_study(StudySpec spec, Step& step);

  // The worker that speaks, all its leases renewed. Null for a session that has been replaced: its
  // worker says everything again in the new one.
  Worker* hear(SessionId session, const Step& step);
  template <class Message, class Act>
  void answer(const Message& message, Step& step, Act act);

  // `say(study, reply)` with the study of that name fills the reply, which is then sent.
  template <class Say>
  void reply_from(RequestId request, const std::string& name, Step& step, Say say);

  Transition settle(Step step);
  void dispatch(Step& step);
  void arm_timer(Step& step);

  StudyEngine& study(StudyId id) { return *studies_.at(id); }
  Result<StudyEngine*> find_study(const std::string& name);

  Commons commons_;
  std::map<StudyId, std::unique_ptr<StudyEngine>> studies_;
  std::map<std::string, StudyId> by_name_;
  StudyId last_served_;
  std::optional<SteadyTime> armed_;
};

Engine::Impl::Impl(EngineOptions options, const Snapshot& snapshot, Now now)
    : commons_{.options = options,
               .leases = LeaseTable(options.lease),
               .workers = WorkerRegistry(snapshot.workers),
               .artifacts = {},
               .last_attempt = snapshot.last_attempt} {
  for (const StudySnapshot& recorded : snapshot.studies) {
    by_name_[recorded.spec.name] = recorded.id;
    studies_[recorded.id] = std::make_unique<StudyEngine>(recorded, commons_, now);
  }
}

Transition Engine::Impl::start(Now now) {
  Step step(now);
  for (auto& [id, study] : studies_) {
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

void Engine::Impl::handle(const event::WorkerJoined& joined, Step& step) {
  const WorkerRegistry::Joined entry = commons_.workers.join(joined);
  if (entry.replaced)
    step.perform(effect::CloseSession{
        *entry.replaced,
        entry.same_instance
            ? cancelled(concat("a newer session of worker ", joined.name, " has replaced this one"))
            : already_exists(concat("another worker has joined as '", joined.name,
                                    "'; give each a name of its own with --name"))});
  step.record(commons_.workers.get(entry.worker).seen("ready", step.now().wall));

  std::set<std::pair<AttemptId, WallTime>> running;
  if (entry.same_instance)
    for (const RunningAttempt& said : joined.running) running.emplace(said.attempt, said.leased);
  // Before it is said what to keep: losing an attempt may fail its trial and end others.
  for (const Lease& lease : commons_.leases.held_by(entry.worker)) {
    if (running.contains({lease.attempt, lease.leased}) ||
        commons_.leases.find(lease.attempt) == nullptr)
      continue;
    study(lease.fold.study)
        .ended(lease,
               {AttemptState::kLost, EndCause::kLost,
                concat("worker ", joined.name, " came back without it")},
               step);
  }
  effect::SendWelcome welcome{joined.session, entry.worker, {}};
  for (const Lease& lease : commons_.leases.held_by(entry.worker)) {
    welcome.keep.push_back(lease.attempt);
    commons_.workers.occupy(entry.worker, lease.slot,
                            study(lease.fold.study).spec().resources.slots, lease.attempt);
    study(lease.fold.study).heard_again(lease, step);
  }
  commons_.leases.renew(entry.worker, step.now().steady);
  step.perform(std::move(welcome));
}

void Engine::Impl::handle(const event::WorkerLeft& left, Step& step) {
  const Worker* worker = commons_.workers.by_session(left.session);
  if (worker == nullptr) return;
  const bool gone = worker->draining && commons_.leases.held_by(worker->id).empty();
  const auto heard = commons_.leases.last_heard(worker->id);
  if (heard && step.now().steady - *heard <= 2 * commons_.options.heartbeat)
    commons_.leases.shorten(worker->id, step.now().steady, commons_.options.reconnect);
  commons_.workers.leave(left.session);
  step.record(worker->seen(gone ? "gone" : "lost", step.now().wall));
}

void Engine::Impl::handle(const event::WorkerDraining& draining, Step& step) {
  Worker* worker = hear(draining.session, step);
  if (worker == nullptr) return;
  if (!worker->draining) {
    commons_.workers.drain(*worker);
    step.record(worker->seen("draining", step.now().wall));
  }
  step.perform(effect::SendDrain{draining.session});
}

void Engine::Impl::handle(const event::Heartbeat& heartbeat, Step& step) {
  hear(heartbeat.session, step);
}

Worker* Engine::Impl::hear(SessionId session, const Step& step) {
  Worker* worker = commons_.workers.by_session(session);
  if (worker != nullptr) commons_.leases.renew(worker->id, step.now().steady);
  return worker;
}

// Fencing: `act` runs only for a live attempt that the speaking worker holds.
template <class Message, class Act>
void Engine::Impl::answer(const Message& message, Step& step, Act act) {
  Worker* worker = hear(message.session, step);
  if (worker == nullptr) return;
  Verdict verdict{AckVerdict::kSuperseded, "the attempt no longer holds its fold"};
  const Lease* found = commons_.leases.find(message.attempt);
  if (found != nullptr && found->worker == worker->id) {
    const Lease lease = *found;  // the entry may go while it is acted on
    verdict = act(study(lease.fold.study), lease);
  }
  // A worker that hears `superseded` lets go of the attempt and says no more about it.
  if (std::is_same_v<Message, event::AttemptFinished> || verdict.verdict == AckVerdict::kSuperseded)
    commons_.workers.vacate(*worker, message.attempt);
  step.perform(effect::SendAck{message.session, message.sequence, verdict.verdict,
                               std::move(verdict.message)});
}

void Engine::Impl::handle(const event::AttemptStarted& message, Step& step) {
  answer(message, step,
         [&](StudyEngine& study, const Lease& lease) { return study.started(lease, step); });
}

void Engine::Impl::handle(const event::EpochReported& message, Step& step) {
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    return study.epoch_reported(lease, message.report, step);
  });
}

void Engine::Impl::handle(const event::CheckpointSaved& message, Step& step) {
  // The file of a superseded attempt stays, though nothing refers to it: its successor trains the
  // same numbers, may have uploaded the very same bytes (which finds them there and adds nothing)
  // and be about to record them. A file too many costs less than a checkpoint without one.
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    return study.checkpoint_saved(lease, message.checkpoint, step);
  });
}

void Engine::Impl::handle(const event::ArtifactSaved& message, Step& step) {
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    return study.artifact_saved(lease, message.name, message.artifact, step);
  });
}

void Engine::Impl::handle(const event::AttemptFinished& message, Step& step) {
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    study.ended(lease, message.outcome, step);
    return Verdict{};
  });
}

void Engine::Impl::handle(event::SuggestionReady& answer, Step& step) {
  const auto entry = studies_.find(answer.study);
  if (entry != studies_.end()) entry->second->suggestion_ready(std::move(answer), step);
}

void Engine::Impl::handle(event::StudyCreateRequested& request, Step& step) {
  effect::Reply reply{.request = request.request, .status = {}, .study = {}, .note = {}};
  if (const auto present = by_name_.find(request.spec.name); present != by_name_.end()) {
    const StudyEngine& existing = study(present->second);
    reply.status = check_same_search(request.spec, existing.spec());
    reply.study = existing.id();
    if (reply.status.ok()) reply.note = concat("exists already; ", existing.describe());
  } else {
    auto created = create_study(std::move(request.spec), step);
    reply.status = created.status();
    if (created.ok()) {
      reply.study = created.value()->id();
      reply.note = created.value()->describe();
    }
  }
  step.perform(std::move(reply));
}

Result<StudyEngine*> Engine::Impl::create_study(StudySpec spec, Step& step) {
  const StudyId id(studies_.empty() ? 1 : studies_.rbegin()->first.value + 1);
  FOLDMILL_ASSIGN_OR_RETURN(auto created, StudyEngine::create(id, std::move(spec), commons_, step));
  StudyEngine* const study = created.get();
  by_name_[study->spec().name] = id;
  studies_[id] = std::move(created);
  study->begin(step);
  return study;
}

void Engine::Impl::handle(event::EncoderLookedUp& answer, Step& step) {
  study(answer.study).encoder_looked_up(answer.found, step);
}

void Engine::Impl::handle(event::StageMade& made, Step& step) {
  Status status = made.next.status();
  if (status.ok() && *made.next && !by_name_.contains((*made.next)->name))
    status = create_study(**std::move(made.next), step).status();
  if (!status.ok()) study(made.completed).stage_failed(status, step);
}

void Engine::Impl::handle(const event::StagesRequested& request, Step& step) {
  reply_from(request.request, request.study, step, [&](StudyEngine& study, effect::Reply& reply) {
    for (const Stage stage : stages_in_order(request.stages))
      if (const std::string name = stage_study_name(request.study, stage); by_name_.contains(name))
        return already_exists(concat("study ", name, " is there already; `foldmill best ", name,
                                     "` shows what it came to"));
    return put(study.add_stages(request.stages, step), reply.note);
  });
}

void Engine::Impl::handle(const event::StudyCommanded& command, Step& step) {
  reply_from(command.request, command.study, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.command(command, step), reply.note);
  });
}

void Engine::Impl::handle(event::TrialRequested& ask, Step& step) {
  if (auto found = find_study(ask.what.study); found.ok())
    found.value()->ask(ask.request, std::move(ask.what), step);
  else
    step.perform(effect::Reply{.request = ask.request, .status = found.status()});
}

void Engine::Impl::handle(const event::HeldRenewed& renewed, Step& step) {
  const std::string& name = renewed.held.study;
  reply_from(renewed.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.renew(renewed.held, step), reply.answer);
  });
}

void Engine::Impl::handle(const event::HeldReported& reported, Step& step) {
  const std::string& name = reported.report.of.study;
  reply_from(reported.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.reported(reported.report, step), reply.answer);
  });
}

void Engine::Impl::handle(const event::HeldTold& told, Step& step) {
  const std::string& name = told.told.of.study;
  reply_from(told.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.told(told.told, step), reply.answer);
  });
}

void Engine::Impl::handle(const event::PointEnqueued& enqueued, Step& step) {
  const std::string& name = enqueued.point.study;
  reply_from(enqueued.request, name, step, [&](StudyEngine& study, effect::Reply& reply) {
    return put(study.enqueue(enqueued.point, step), reply.note);
  });
}

template <class Say>
void Engine::Impl::reply_from(RequestId request, const std::string& name, Step& step, Say say) {
  effect::Reply reply{.request = request};
  if (auto found = find_study(name); !found.ok()) {
    reply.status = found.status();
  } else {
    reply.study = found.value()->id();
    reply.status = say(*found.value(), reply);
  }
  step.perform(std::move(reply));
}

std::string Engine::Impl::why_lost(const Lease& lease, SteadyTime now) const {
  const Worker& holder = commons_.workers.get(lease.worker);
  if (lease.asked_for)
    return concat(holder.name, " was silent for ", lease.asked_for->count(), " ms");
  const Milliseconds limit = commons_.options.lease;
  const bool left = !holder.session && now - *commons_.leases.last_heard(holder.id) < limit;
  if (!left) return concat("worker ", holder.name, " was silent for ", limit.count(), " ms");
  return concat("the connection of worker ", holder.name, " broke, and it was not back within ",
                commons_.options.reconnect.count(), " ms");
}

void Engine::Impl::handle(const event::TimerFired&, Step& step) {
  const SteadyTime now = step.now().steady;
  if (const auto due = std::exchange(armed_, std::nullopt);
      due && has_overslept(commons_.options, *due, now)) {
    commons_.leases.renew_all(now);
    for (auto& [id, study] : studies_) study->all_heard_again(step);
  }
  lose_expired(step);
  for (auto& [id, study] : studies_) study->look(step);
}

void Engine::Impl::lose_expired(Step& step) {
  for (const Lease& lease : commons_.leases.expired(step.now().steady)) {
    // Losing one attempt may have failed its trial and ended others of this list.
    if (commons_.leases.find(lease.attempt) == nullptr) continue;
    study(lease.fold.study)
        .ended(lease, {AttemptState::kLost, EndCause::kLost, why_lost(lease, step.now().steady)},
               step);
  }
}

Result<StudyEngine*> Engine::Impl::find_study(const std::string& name) {
  if (const auto entry = by_name_.find(name); entry != by_name_.end()) return &study(entry->second);
  std::vector<std::string> names;
  for (const auto& [known, id] : by_name_) names.push_back(known);
  const auto nearest = closest_match(name, names);
  return not_found(concat("there is no study ", name,
                          nearest ? concat("; did you mean ", *nearest, "?") : std::string()));
}

Transition Engine::Impl::settle(Step step) {
  for (const std::string& completed : step.completed())
    for (auto& [id, study] : studies_)
      if (study->waits_for(completed)) study->look_for_encoder(step);
  dispatch(step);
  for (auto& [id, study] : studies_) {
    study->serve_asks(step);
    study->ask_ahead(step);
  }
  arm_timer(step);
  return std::move(step).finish();
}

void Engine::Impl::dispatch(Step& step) {
  std::vector<StudyEngine*> studies;
  for (auto& [id, study] : studies_) studies.push_back(study.get());
  Placement placement(commons_.workers, std::move(studies), last_served_);
  placement.run(step);
  last_served_ = placement.last_served();
}

// A renewal moves expiry later, and a timer that is armed too early just fires once for nothing;
// re-arming at every heartbeat would cost more. While anything is leased the clock is looked at
// often enough for has_overslept().
void Engine::Impl::arm_timer(Step& step) {
  std::optional<SteadyTime> next = commons_.leases.next_expiry();
  if (next) next = std::min(*next, step.now().steady + commons_.options.lease / 3);
  for (const auto& [id, study] : studies_)
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

}  // namespace foldmill::engine
