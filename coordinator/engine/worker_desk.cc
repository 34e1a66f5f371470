#include "coordinator/engine/worker_desk.h"

#include <set>
#include <type_traits>
#include <utility>

#include "core/text.h"

namespace foldmill::engine {

void WorkerDesk::handle(const event::WorkerJoined& joined, Step& step) {
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
    studies_.at(lease.fold.study)
        .ended(lease,
               {AttemptState::kLost, EndCause::kLost,
                concat("worker ", joined.name, " came back without it")},
               step);
  }
  effect::SendWelcome welcome{joined.session, entry.worker, {}};
  for (const Lease& lease : commons_.leases.held_by(entry.worker)) {
    welcome.keep.push_back(lease.attempt);
    commons_.workers.occupy(entry.worker, lease.slot,
                            studies_.at(lease.fold.study).spec().resources.slots, lease.attempt);
    studies_.at(lease.fold.study).heard_again(lease, step);
  }
  commons_.leases.renew(entry.worker, step.now().steady);
  step.perform(std::move(welcome));
}

void WorkerDesk::handle(const event::WorkerLeft& left, Step& step) {
  const Worker* worker = commons_.workers.by_session(left.session);
  if (worker == nullptr) return;
  const bool gone = worker->draining && commons_.leases.held_by(worker->id).empty();
  const auto heard = commons_.leases.last_heard(worker->id);
  if (heard && step.now().steady - *heard <= 2 * commons_.options.heartbeat)
    commons_.leases.shorten(worker->id, step.now().steady, commons_.options.reconnect);
  commons_.workers.leave(left.session);
  step.record(worker->seen(gone ? "gone" : "lost", step.now().wall));
}

void WorkerDesk::handle(const event::WorkerDraining& draining, Step& step) {
  Worker* worker = hear(draining.session, step);
  if (worker == nullptr) return;
  if (!worker->draining) {
    commons_.workers.drain(*worker);
    step.record(worker->seen("draining", step.now().wall));
  }
  step.perform(effect::SendDrain{draining.session});
}

void WorkerDesk::handle(const event::Heartbeat& heartbeat, Step& step) {
  hear(heartbeat.session, step);
}

Worker* WorkerDesk::hear(SessionId session, const Step& step) {
  Worker* worker = commons_.workers.by_session(session);
  if (worker != nullptr) commons_.leases.renew(worker->id, step.now().steady);
  return worker;
}

// Fencing: `act` runs only for a live attempt that the speaking worker holds.
template <class Message, class Act>
void WorkerDesk::answer(const Message& message, Step& step, Act act) {
  Worker* worker = hear(message.session, step);
  if (worker == nullptr) return;
  Verdict verdict{AckVerdict::kSuperseded, "the attempt no longer holds its fold"};
  const Lease* found = commons_.leases.find(message.attempt);
  if (found != nullptr && found->worker == worker->id) {
    const Lease lease = *found;  // the entry may go while it is acted on
    verdict = act(studies_.at(lease.fold.study), lease);
  }
  // A worker that hears `superseded` lets go of the attempt and says no more about it.
  if (std::is_same_v<Message, event::AttemptFinished> || verdict.verdict == AckVerdict::kSuperseded)
    commons_.workers.vacate(*worker, message.attempt);
  step.perform(effect::SendAck{message.session, message.sequence, verdict.verdict,
                               std::move(verdict.message)});
}

void WorkerDesk::handle(const event::AttemptStarted& message, Step& step) {
  answer(message, step,
         [&](StudyEngine& study, const Lease& lease) { return study.started(lease, step); });
}

void WorkerDesk::handle(const event::EpochReported& message, Step& step) {
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    return study.epoch_reported(lease, message.report, step);
  });
}

void WorkerDesk::handle(const event::CheckpointSaved& message, Step& step) {
  // The file of a superseded attempt stays, though nothing refers to it: its successor trains the
  // same numbers, may have uploaded the very same bytes (which finds them there and adds nothing)
  // and be about to record them. A file too many costs less than a checkpoint without one.
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    return study.checkpoint_saved(lease, message.checkpoint, message.is_here, step);
  });
}

void WorkerDesk::handle(const event::ArtifactSaved& message, Step& step) {
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    return study.artifact_saved(lease, message.name, message.artifact, message.is_here, step);
  });
}

void WorkerDesk::handle(const event::AttemptFinished& message, Step& step) {
  answer(message, step, [&](StudyEngine& study, const Lease& lease) {
    study.finished(lease, message.outcome, message.artifacts, step);
    return Verdict{};
  });
}

std::string WorkerDesk::why_lost(const Lease& lease, SteadyTime now) const {
  const Worker& holder = commons_.workers.get(lease.worker);
  if (lease.asked_for)
    return concat(holder.name, " was silent for ", lease.asked_for->count(), " ms");
  const Milliseconds limit = commons_.options.lease;
  const bool left = !holder.session && now - *commons_.leases.last_heard(holder.id) < limit;
  if (!left) return concat("worker ", holder.name, " was silent for ", limit.count(), " ms");
  return concat("the connection of worker ", holder.name, " broke, and it was not back within ",
                commons_.options.reconnect.count(), " ms");
}

void WorkerDesk::lose_expired(Step& step) {
  for (const Lease& lease : commons_.leases.expired(step.now().steady)) {
    // Losing one attempt may have failed its trial and ended others of this list.
    if (commons_.leases.find(lease.attempt) == nullptr) continue;
    studies_.at(lease.fold.study)
        .ended(lease, {AttemptState::kLost, EndCause::kLost, why_lost(lease, step.now().steady)},
               step);
  }
}

}  // namespace foldmill::engine
