#include "coordinator/rpc/session_events.h"

#include <utility>

namespace foldmill::coordinator {
namespace {

engine::event::WorkerJoined joined_event(engine::SessionId session, proto::Hello&& hello) {
  engine::event::WorkerJoined joined;
  joined.session = session;
  joined.name = std::move(hello.name);
  joined.instance = std::move(hello.instance);
  joined.slots = hello.slots;
  joined.labels = std::move(hello.labels);
  joined.models = std::move(hello.models);
  joined.version = std::move(hello.version);
  joined.gpu_memory_mib = hello.gpu_memory_mib;
  for (const proto::RunningAttempt& running : hello.running)
    joined.running.push_back({running.attempt, running.slot, running.leased});
  return joined;
}

struct ToEvent {
  engine::SessionId session;
  uint64_t sequence;
  bool has_file;

  engine::Event operator()(proto::Hello&& m) const { return joined_event(session, std::move(m)); }
  engine::Event operator()(proto::Heartbeat&&) const { return engine::event::Heartbeat{session}; }
  engine::Event operator()(proto::Draining&&) const {
    return engine::event::WorkerDraining{session};
  }
  engine::Event operator()(proto::AttemptStarted&& m) const {
    return engine::event::AttemptStarted{session, sequence, m.attempt};
  }
  engine::Event operator()(proto::AttemptReport&& m) const {
    return engine::event::EpochReported{session, sequence, m.attempt, std::move(m.report)};
  }
  engine::Event operator()(proto::CheckpointSaved&& m) const {
    return engine::event::CheckpointSaved{session, sequence, m.attempt, std::move(m.checkpoint),
                                          has_file};
  }
  engine::Event operator()(proto::ArtifactSaved&& m) const {
    return engine::event::ArtifactSaved{
        session, sequence, m.attempt, std::move(m.name), std::move(m.artifact), has_file};
  }
  engine::Event operator()(proto::AttemptFinished&& m) const {
    return engine::event::AttemptFinished{session, sequence, m.attempt, std::move(m.outcome),
                                          std::move(m.artifacts)};
  }
};

}  // namespace

engine::Event to_event(engine::SessionId session, proto::WorkerMessage message, bool has_file) {
  return std::visit(ToEvent{session, message.sequence, has_file}, std::move(message.body));
}

}  // namespace foldmill::coordinator
