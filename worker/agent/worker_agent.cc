#include "worker/agent/worker_agent.h"

#include <algorithm>
#include <random>
#include <utility>

#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::worker {
namespace {

constexpr int kTriesPerLease = 3;

std::string random_instance() {
  std::random_device device;
  return concat(device(), "-", device());
}

// Refusals that no patience will change.
bool is_final(const Status& status) {
  switch (status.code()) {
    case StatusCode::kFailedPrecondition:
    case StatusCode::kUnauthenticated:
    case StatusCode::kPermissionDenied:
    case StatusCode::kInvalidArgument:
      return true;
    default:
      return false;
  }
}

}  // namespace

WorkerAgent::WorkerAgent(asio::io_context& io, AgentOptions options, FileCache cache,
                         MakeChannel make_channel, Ended ended, Logger log)
    : io_(io),
      options_(std::move(options)),
      make_channel_(std::move(make_channel)),
      ended_(std::move(ended)),
      log_(std::move(log)),
      instance_(random_instance()),
      outbox_(options_.outbox_capacity),
      transfers_(io, std::move(cache), log_),
      runner_(io, options_.slots, transfers_, outbox_, runner_events(), log_),
      backoff_(options_.first_reconnect, options_.last_reconnect, std::random_device{}()),
      last_contact_(std::chrono::steady_clock::now()),
      reconnect_timer_(io),
      heartbeat_timer_(io),
      grace_timer_(io) {}

AttemptRunner::Events WorkerAgent::runner_events() {
  return {[this](const TrainerReady& ready) { trainer_ready(ready); },
          [this](const Status& why) { trainer_unusable(why); }, [this] { leave_if_drained(); }};
}

void WorkerAgent::start() {
  thread_.check();
  if (!options_.slots.front().trainer) {
    models_ = {"command"};
    return connect();
  }
  runner_.start();
}

void WorkerAgent::trainer_ready(const TrainerReady& ready) {
  if (models_) return;
  models_ = ready.models;
  if (!models_->empty()) models_->push_back("command");
  last_contact_ = std::chrono::steady_clock::now();
  if (!ending_) connect();
}

void WorkerAgent::trainer_unusable(const Status& why) {
  if (models_) return;  // it worked before, so it may again
  closed_for_good(ExitCode::kDoNotRestart, why);
}

void WorkerAgent::connect() {
  auto channel = make_channel_();
  if (!channel.ok()) return closed_for_good(ExitCode::kDoNotRestart, channel.status());
  transfers_.set_channel(*channel);
  session_ = std::make_unique<SessionClient>(
      io_, *channel,
      SessionClient::Events{[this](proto::CoordinatorMessage message) {
                              std::visit([this](auto& m) { on(std::move(m)); }, message);
                            },
                            // Posted: the session must not be destroyed inside its own event.
                            [this](const Status& why) {
                              asio::post(io_, lifetime_.guard([this, why] { disconnected(why); }));
                            }});
  say_hello();
  reconnect_timer_.expires_after(options_.welcome);
  reconnect_timer_.async_wait(lifetime_.guard([this](ErrorCode error) {
    if (!error && session_ && !joined_) session_->cancel();
  }));
}

void WorkerAgent::say_hello() {
  proto::Hello hello;
  hello.version = options_.version;
  hello.name = options_.name;
  hello.instance = instance_;
  hello.slots = static_cast<int64_t>(options_.slots.size());
  hello.labels = options_.labels;
  hello.models = *models_;
  hello.gpu_memory_mib = options_.gpu_memory_mib;
  hello.running = runner_.running();
  failpoint("hello.before_send");
  send({0, std::move(hello)});
  failpoint("hello.after_send");
}

void WorkerAgent::disconnected(const Status& why) {
  const bool was_joined = std::exchange(joined_, false);
  may_leave_ = false;
  outbox_.disconnect();
  heartbeat_timer_.cancel();
  session_.reset();
  if (ending_) return;
  // Of two workers of one name the younger stays: coming back, each would cost the other its work.
  const bool displaced = why.code() == StatusCode::kAlreadyExists;
  if (displaced || (!was_joined && is_final(why)))
    return closed_for_good(ExitCode::kDoNotRestart, why);
  if (!std::exchange(away_, true))
    log_->warn("coordinator {}  reason={}", was_joined ? "lost" : "not reached",
               in_quotes(why.message()));
  leave_if_drained();
  if (!ending_) reconnect_later(why);
}

void WorkerAgent::reconnect_later(const Status& why) {
  const auto away = std::chrono::steady_clock::now() - last_contact_;
  if (options_.patience && away >= *options_.patience)
    return closed_for_good(
        ExitCode::kRetryLater,
        unavailable(concat(
            "no coordinator for ", std::chrono::duration_cast<std::chrono::seconds>(away).count(),
            " s, which is all the patience asked for; the last reason: ", why.message())));
  const auto wait = backoff_.next();
  log_->debug("coordinator away  retry_ms={} reason={}", wait.count(), in_quotes(why.message()));
  reconnect_timer_.expires_after(wait);
  reconnect_timer_.async_wait(lifetime_.guard([this](ErrorCode error) {
    if (!error && !ending_ && !session_) connect();
  }));
}

void WorkerAgent::closed_for_good(ExitCode code, const Status& why) {
  if (std::exchange(ending_, true)) return;
  reconnect_timer_.cancel();
  heartbeat_timer_.cancel();
  grace_timer_.cancel();
  runner_.close(lifetime_.guard([this, code, why] {
    session_.reset();
    ended_(code, why);
  }));
}

void WorkerAgent::on(proto::Welcome welcome) {
  failpoint("welcome.received");
  joined_ = true;
  away_ = false;
  reconnect_timer_.cancel();
  backoff_.reset();
  // A coordinator that is back waits for its workers for a lease: they must not sleep through it.
  backoff_.set_last(std::min(options_.last_reconnect, welcome.lease / kTriesPerLease));
  heartbeat_ = std::max(welcome.heartbeat, Milliseconds(1));
  last_contact_ = std::chrono::steady_clock::now();
  log_->info("coordinator joined  worker={} version={} lease_ms={}", welcome.worker.value,
             welcome.version, welcome.lease.count());
  for (const proto::RunningAttempt& running : runner_.running())
    if (std::find(welcome.keep.begin(), welcome.keep.end(), running.attempt) == welcome.keep.end())
      runner_.abandon(running.attempt);
  // Abandoning may have emptied the outbox, and then no acknowledgement comes to end a pause.
  if (outbox_.half_empty()) runner_.set_paused(false);
  // First of all: in the outbox may be attempts that were given back, which nobody over there has
  // asked to stop.
  if (draining_) send({0, proto::Draining{}});
  outbox_.connect([this](const proto::WorkerMessage& message) { send(message); });
  beat();
  leave_if_drained();
}

void WorkerAgent::on(proto::SlotAssignment assignment) {
  failpoint("assignment.received");
  if (!joined_ || ending_) return;
  runner_.assign(std::move(assignment));
  if (draining_) give_back_all();
}

void WorkerAgent::on(const proto::Ack& ack) {
  failpoint("ack.received");
  last_contact_ = std::chrono::steady_clock::now();
  const auto attempt = outbox_.attempt_of(ack.sequence);
  outbox_.acknowledge(ack.sequence);
  if (ack.verdict == proto::AckVerdict::kRejected)
    log_->warn("report rejected  sequence={} reason={}", ack.sequence, in_quotes(ack.message));
  if (attempt && ack.verdict == proto::AckVerdict::kSuperseded) runner_.abandon(*attempt);
  if (attempt) runner_.acknowledged(*attempt);
  if (outbox_.half_empty()) runner_.set_paused(false);
  leave_if_drained();
}

void WorkerAgent::on(const proto::Stop& stop) {
  failpoint("stop.received");
  log_->info("stop received  attempt={} cause={}", stop.attempt.value, to_string(stop.cause));
  runner_.stop(stop.attempt, stop.cause);
}

void WorkerAgent::on(const proto::Drain&) {
  failpoint("drain.received");
  may_leave_ = true;
  drain();
  leave_if_drained();
}

void WorkerAgent::send(const proto::WorkerMessage& message) {
  if (session_) session_->send(message);
}

void WorkerAgent::beat() {
  if (!joined_) return;
  send({0, proto::Heartbeat{}});
  heartbeat_timer_.expires_after(heartbeat_);
  heartbeat_timer_.async_wait(lifetime_.guard([this](ErrorCode error) {
    if (!error) beat();
  }));
}

void WorkerAgent::drain() {
  thread_.check();
  if (std::exchange(draining_, true)) return;
  failpoint("drain.begun");
  log_->info("draining  attempts={} grace_ms={}", runner_.running().size(), options_.grace.count());
  if (joined_) send({0, proto::Draining{}});
  grace_timer_.expires_after(options_.grace);
  grace_timer_.async_wait(lifetime_.guard([this](ErrorCode error) {
    if (error) return;
    log_->warn("drained in part  unacknowledged={}", outbox_.size());
    closed_for_good(ExitCode::kDrained, ok_status());
  }));
  give_back_all();
  leave_if_drained();
}

void WorkerAgent::give_back_all() { runner_.stop_all(EndCause::kPreempted); }

// An assignment may be on its way when the draining begins. It would be nobody's until its lease
// has run out, so the coordinator's word that it was the last is waited for.
void WorkerAgent::leave_if_drained() {
  const bool none_on_the_way = !joined_ || may_leave_;
  if (draining_ && !ending_ && none_on_the_way && runner_.quiet() && outbox_.empty())
    closed_for_good(ExitCode::kDrained, ok_status());
}

}  // namespace foldmill::worker
