#pragma once

#include <functional>
#include <string>

#include "coordinator/artifact_promises.h"
#include "coordinator/asio.h"
#include "coordinator/engine/effect.h"
#include "coordinator/engine/engine.h"
#include "coordinator/reader_thread.h"
#include "coordinator/request_desk.h"
#include "coordinator/rpc/session_table.h"
#include "coordinator/rpc/watch_table.h"
#include "coordinator/sampler_runner.h"
#include "storage/artifacts/artifact_store.h"

namespace foldmill::coordinator {

// Does what the engine asks for, in order, after the commit. On control. Everything it is given
// outlives it.
class EffectRunner {
 public:
  struct Parts {
    ControlLoop& control;
    SessionTable& sessions;
    RequestDesk& requests;
    WatchTable& watches;
    SamplerRunner& sampler;
    ReaderThread& reader;
    storage::ArtifactStore& artifacts;
    ArtifactPromises& promises;
    std::function<bool(const ArtifactRef&)> is_referenced;  // by what the engine knows now
    asio::thread_pool& files;                               // where artifacts are deleted
    EventSink sink;
    Logger log;
  };
  EffectRunner(Parts parts, engine::EngineOptions options, std::string version);

  void run(engine::Effect effect);
  void stop_timer() { timer_.cancel(); }

 private:
  void perform(engine::effect::AskSampler&& effect);
  void perform(engine::effect::SendWelcome&& effect);
  void perform(engine::effect::SendAssignment&& effect);
  void perform(engine::effect::SendAck&& effect);
  void perform(engine::effect::SendStop&& effect);
  void perform(engine::effect::SendDrain&& effect);
  void perform(engine::effect::CloseSession&& effect);
  void perform(engine::effect::Reply&& effect);
  void perform(engine::effect::ArmTimer&& effect);
  void perform(engine::effect::DeleteArtifact&& effect);
  void perform(engine::effect::StudyChanged&& effect);
  void perform(engine::effect::FindEncoder&& effect);
  void perform(engine::effect::MakeNextStage&& effect);
  void try_again_later(engine::effect::DeleteArtifact effect);

  Parts parts_;
  engine::EngineOptions options_;
  std::string version_;
  asio::steady_timer timer_;
};

}  // namespace foldmill::coordinator
