// What the workers of a World do, and what happens to them.

#include <algorithm>
#include <chrono>
#include <utility>

#include "coordinator/simulation/world.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

namespace event = engine::event;

}  // namespace

void World::add_workers(int64_t count) {
  for (int64_t added = 0; added < count; ++added) {
    const size_t place = workers_.size();
    workers_.emplace_back(place, WorkerLuck(fleet_, spec_.seed, static_cast<int64_t>(place)));
    join(workers_.back());
  }
}

void World::join(VirtualWorker& worker) {
  worker.session = engine::SessionId(static_cast<int64_t>(sessions_.size()));
  sessions_.push_back(worker.place);
  worker.present = true;
  ++worker.lives;
  ++idle_;
  if (fleet_.mean_up_seconds)
    agenda_.add(after(now_.steady, worker.luck.next_up_seconds()), WorkerDies{worker.place});
  send(event::WorkerJoined{.session = worker.session,
                           .name = concat("virtual-", worker.place),
                           .instance = std::to_string(worker.lives),
                           .slots = 1,
                           .labels = {},
                           .models = {},
                           .version = "virtual",
                           .running = {}});
}

void World::leave(VirtualWorker& worker, const char* why) {
  if (worker.task) drop_task(worker);
  worker.present = false;
  --idle_;
  send(event::Heartbeat{worker.session});  // that a real one has sent a moment before
  send(event::WorkerLeft{worker.session, why});
}

void World::drain(VirtualWorker& worker) {
  send(event::WorkerDraining{worker.session});
  if (worker.task) end_task(worker, AttemptState::kStopped, EndCause::kPreempted);
  leave(worker, "it was drained");
}

void World::leave_oldest(int64_t count, FleetAct::Kind how) {
  for (VirtualWorker& worker : workers_) {
    if (count == 0) return;
    if (!worker.present) continue;
    --count;
    if (how == FleetAct::Kind::kDrain)
      drain(worker);
    else
      leave(worker, "it was lost");
  }
}

void World::on(const EpochDone& done) {
  VirtualWorker& worker = workers_[done.worker];
  const auto is_still_there = [&] {
    return worker.task && worker.task->assignment.attempt == done.attempt;
  };
  if (!is_still_there()) return;
  VirtualWorker::Task& task = *worker.task;
  tally_.worked(task.since, now_.steady);
  const double seconds = std::chrono::duration<double>(now_.steady - task.since).count();
  task.since = now_.steady;
  send(event::EpochReported{worker.session,
                            ++last_sequence_,
                            done.attempt,
                            {.epoch = task.epoch,
                             .metrics = {{spec_.objective.metric, task.value}},
                             .seconds = seconds}});
  if (!is_still_there()) return;
  if (task.epoch == task.assignment.epochs) {
    end_task(worker, AttemptState::kSucceeded, EndCause::kNone);
    return;
  }
  save_checkpoint(worker);
  ++task.epoch;
  train_epoch(worker);
}

void World::on(const WorkerDies& death) {
  VirtualWorker& worker = workers_[death.worker];
  if (!worker.present) return;  // it was drained, or lost for good
  agenda_.add(after(now_.steady, worker.luck.next_down_seconds()), WorkerReturns{death.worker});
  leave(worker, "it died");
}

void World::on(const WorkerReturns& back) { join(workers_[back.worker]); }

void World::on(const FleetChanges& changes) {
  const FleetAct& act = fleet_.acts[changes.act];
  if (act.kind == FleetAct::Kind::kJoin)
    add_workers(act.count);
  else
    leave_oldest(act.count, act.kind);
}

// A worker that trains has said so every few seconds; it is enough to say it when a lease would
// end.
void World::fire_timer() {
  timer_.reset();
  for (const VirtualWorker& worker : workers_)
    if (worker.present && worker.task) send(event::Heartbeat{worker.session});
  send(event::TimerFired{});
}

VirtualWorker* World::by_session(engine::SessionId session) {
  VirtualWorker& worker = workers_[sessions_[static_cast<size_t>(session.value)]];
  return worker.present && worker.session == session ? &worker : nullptr;
}

void World::train_epoch(VirtualWorker& worker) {
  VirtualWorker::Task& task = *worker.task;
  const FoldKey& fold = task.assignment.fold;
  const Result<EpochOutcome> outcome = tally_.curves_of(fold.trial)->at(fold.fold, task.epoch);
  if (!outcome.ok()) {
    status_ = outcome.status();
    return;
  }
  task.value = outcome->value;
  const double seconds =
      fleet_.epoch_seconds.value_or(outcome->seconds.value_or(kUsualEpochSeconds)) /
      worker.luck.speed();
  agenda_.add(after(now_.steady, seconds), EpochDone{worker.place, task.assignment.attempt});
}

void World::save_checkpoint(VirtualWorker& worker) {
  const VirtualWorker::Task& task = *worker.task;
  if (!fleet_.may_fail() || task.epoch % task.assignment.checkpoint_every_epochs != 0) return;
  // A file of its own for each: what is in it counts as little as its digest does here.
  const ArtifactRef file{concat("virtual-", task.assignment.attempt.value, "-", task.epoch), 1};
  send(event::CheckpointSaved{
      worker.session, ++last_sequence_, task.assignment.attempt, {task.epoch, file}});
}

void World::end_task(VirtualWorker& worker, AttemptState state, EndCause cause) {
  const AttemptId attempt = worker.task->assignment.attempt;
  drop_task(worker);
  send(event::AttemptFinished{worker.session, ++last_sequence_, attempt, {state, cause, {}}});
}

void World::drop_task(VirtualWorker& worker) {
  tally_.worked(worker.task->since, now_.steady);
  worker.task.reset();
  ++idle_;
}

}  // namespace foldmill::simulation
