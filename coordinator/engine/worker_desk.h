#pragma once

#include <string>

#include "coordinator/engine/event.h"
#include "coordinator/engine/step.h"
#include "coordinator/engine/study_engine.h"
#include "coordinator/engine/study_registry.h"

namespace foldmill::engine {

// What workers say, and what their silence means. Fences: what is said of an attempt counts only
// while the worker that says it holds the attempt's lease. Outlived by what it is made of.
class WorkerDesk {
 public:
  WorkerDesk(Commons& commons, const StudyRegistry& studies)
      : commons_(commons), studies_(studies) {}

  void handle(const event::WorkerJoined& joined, Step& step);
  void handle(const event::WorkerLeft& left, Step& step);
  void handle(const event::WorkerDraining& draining, Step& step);
  void handle(const event::Heartbeat& heartbeat, Step& step);
  void handle(const event::AttemptStarted& message, Step& step);
  void handle(const event::EpochReported& message, Step& step);
  void handle(const event::CheckpointSaved& message, Step& step);
  void handle(const event::ArtifactSaved& message, Step& step);
  void handle(const event::AttemptFinished& message, Step& step);

  // Attempts whose lease has run out go back to their studies.
  void lose_expired(Step& step);

 private:
  // The worker that speaks, all its leases renewed. Null for a session that has been replaced: its
  // worker says everything again in the new one.
  Worker* hear(SessionId session, const Step& step);
  template <class Message, class Act>
  void answer(const Message& message, Step& step, Act act);
  std::string why_lost(const Lease& lease, SteadyTime now) const;

  Commons& commons_;
  const StudyRegistry& studies_;
};

}  // namespace foldmill::engine
