#pragma once

#include <memory>

#include "coordinator/engine/effect.h"
#include "coordinator/engine/event.h"
#include "coordinator/engine/progress_watch.h"
#include "core/clock.h"
#include "core/snapshot.h"

namespace foldmill::engine {

struct EngineOptions {
  Milliseconds lease{30'000};     // without any word from the worker for this long: lost
  Milliseconds heartbeat{5'000};  // told to workers; must be below lease / 3
  // A worker whose connection breaks while it is heard has died, or comes back at once: what it
  // holds is lost when it has not within this time. One that had fallen silent before may sit
  // behind a broken network and keeps its lease.
  Milliseconds reconnect{2'500};
  int max_consecutive_failures = 20;  // trials failing in a row before the study fails
  // The same while no trial of it has reached the end of an epoch: nothing works yet, and what is
  // wrong (data, code, installation) is wrong for every trial. Diverged and out of memory are
  // answers about parameters and wait for the other limit.
  int max_failures_before_first_epoch = 5;
  StallLimits stall = {};
};

// Whether a timer that was due then fires so late that this process cannot have run meanwhile: it
// was stopped, or its machine was. Silence then means nothing, because what workers have said has
// not been read yet. Standing still costs a worker its lease only if it lasts for more than lease
// minus heartbeat, so more than two thirds of a lease; a timer that is never set for longer than
// one third is then late by more than the other.
inline bool has_overslept(const EngineOptions& options, SteadyTime due, SteadyTime now) {
  return now - due > options.lease / 3;
}

// All decisions of the coordinator, without I/O, threads or a clock: an event and the time go in,
// facts to record and effects to perform come out. Memory is ahead of disk between on() and the
// commit; the outside never is, because effects wait for the commit. One thread (control).
//
// Routes events to desks: WorkerDesk (what workers say, and their silence), ClientDesk (what people
// and their programs ask). Each helper owns its data: StudyRegistry (all studies), StudyEngine (one
// study's trials), FoldQueue (which fold next), LeaseTable (who holds what until when),
// WorkerRegistry (who is here), PruningMonitor (curves of running folds against their peers),
// ProgressWatch (whose epochs have stopped coming).
class Engine {
 public:
  Engine(EngineOptions options, const Snapshot& snapshot, Now now);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // What to do right after construction: asks, timers. Attempts that were live get a full lease.
  Transition start(Now now);
  Transition on(Event event, Now now);
  // Whether a record points to the file, as far as has been decided.
  bool refers_to(const ArtifactRef& artifact) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace foldmill::engine
