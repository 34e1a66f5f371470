#include "coordinator/effect_runner.h"

#include <memory>
#include <utility>

#include "coordinator/log_line.h"
#include "coordinator/stages/encoder_lookup.h"
#include "coordinator/stages/stage_maker.h"
#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::coordinator {
namespace {

proto::AckVerdict to_wire(engine::AckVerdict verdict) {
  switch (verdict) {
    case engine::AckVerdict::kAccepted:
      return proto::AckVerdict::kAccepted;
    case engine::AckVerdict::kDuplicate:
      return proto::AckVerdict::kDuplicate;
    case engine::AckVerdict::kSuperseded:
      return proto::AckVerdict::kSuperseded;
    case engine::AckVerdict::kRejected:
      break;
  }
  return proto::AckVerdict::kRejected;
}

}  // namespace

EffectRunner::EffectRunner(Parts parts, engine::EngineOptions options, std::string version)
    : parts_(std::move(parts)),
      options_(options),
      version_(std::move(version)),
      timer_(parts_.control.context()) {}

void EffectRunner::run(engine::Effect effect) {
  parts_.control.check();
  std::visit([this](auto&& e) { perform(std::move(e)); }, std::move(effect));
}

void EffectRunner::perform(engine::effect::AskSampler&& effect) {
  parts_.sampler.ask(std::move(effect));
}

void EffectRunner::perform(engine::effect::SendWelcome&& effect) {
  parts_.sessions.send(effect.session, proto::Welcome{version_, effect.worker, options_.lease,
                                                      options_.heartbeat, std::move(effect.keep)});
}

void EffectRunner::perform(engine::effect::SendAssignment&& effect) {
  parts_.sessions.send(
      effect.session,
      proto::SlotAssignment{effect.slot, std::move(effect.assignment), effect.leased});
}

void EffectRunner::perform(engine::effect::SendAck&& effect) {
  parts_.sessions.send(effect.session, proto::Ack{effect.sequence, to_wire(effect.verdict),
                                                  std::move(effect.message)});
}

void EffectRunner::perform(engine::effect::SendStop&& effect) {
  parts_.sessions.send(effect.session, proto::Stop{effect.attempt, effect.cause});
}

void EffectRunner::perform(engine::effect::SendDrain&& effect) {
  parts_.sessions.send(effect.session, proto::Drain{});
}

void EffectRunner::perform(engine::effect::CloseSession&& effect) {
  parts_.sessions.close(effect.session, effect.why);
}

void EffectRunner::perform(engine::effect::Reply&& effect) { parts_.requests.reply(effect); }

void EffectRunner::perform(engine::effect::ArmTimer&& effect) {
  timer_.expires_at(effect.at);  // cancels the wait for an earlier one
  timer_.async_wait([this, due = effect.at](const ErrorCode& error) {
    if (error) return;
    const SteadyTime now = SteadyTime::clock::now();
    if (engine::has_overslept(options_, due, now))
      parts_.log->warn(
          log_line("coordinator stood still",
                   {{"ms", concat(std::chrono::round<Milliseconds>(now - due).count())},
                    {"consequence",
                     "all leases begin anew: what workers said meanwhile is still to be read"}}));
    parts_.sessions.speak_for_unread();
    parts_.sink(engine::event::TimerFired{});
  });
}

void EffectRunner::perform(engine::effect::DeleteArtifact&& effect) {
  // Somebody else may have named it since that was decided.
  if (parts_.is_referenced(effect.artifact)) return;
  // Files are still at work when this goes at a shutdown, control is not.
  asio::post(parts_.files,
             [this, &artifacts = parts_.artifacts, &promises = parts_.promises,
              &control = parts_.control, log = parts_.log, effect = std::move(effect)]() noexcept {
               const bool removed =
                   promises.remove_unless_promised(effect.artifact, SteadyTime::clock::now(), [&] {
                     failpoint("artifact.before_remove");
                     const Status status = artifacts.remove(effect.artifact);
                     failpoint("artifact.after_remove");
                     if (!status.ok())
                       log->warn(log_line("artifact not removed", {{"reason", status.message()}}));
                   });
               if (!removed) control.post([this, effect] { try_again_later(effect); });
             });
}

// At a shutdown before that the file stays, for `server compact`.
void EffectRunner::try_again_later(engine::effect::DeleteArtifact effect) {
  auto timer =
      std::make_shared<asio::steady_timer>(parts_.control.context(), ArtifactPromises::kKept);
  timer->async_wait([this, timer, effect = std::move(effect)](const ErrorCode& error) mutable {
    if (!error) perform(std::move(effect));
  });
}

void EffectRunner::perform(engine::effect::StudyChanged&& effect) {
  parts_.watches.changed(effect.study);
}

void EffectRunner::perform(engine::effect::FindEncoder&& effect) {
  parts_.reader.post([sink = parts_.sink, effect](storage::StudyReader& reader) {
    failpoint("encoder.before_lookup");
    auto found = find_awaited_encoder(reader, *effect.spec);
    failpoint("encoder.after_lookup");
    sink(engine::event::EncoderLookedUp{effect.study, std::move(found)});
  });
}

void EffectRunner::perform(engine::effect::MakeNextStage&& effect) {
  parts_.reader.post([sink = parts_.sink, effect](storage::StudyReader& reader) {
    failpoint("stage.before_make");
    auto stage = next_stage(reader, effect.name);
    failpoint("stage.after_make");
    sink(engine::event::StageMade{effect.study, std::move(stage)});
  });
}

}  // namespace foldmill::coordinator
