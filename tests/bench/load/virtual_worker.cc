#include "tests/bench/load/virtual_worker.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/text.h"
#include "proto/codec/worker_codec.h"

namespace foldmill::bench {
namespace {

constexpr std::chrono::milliseconds kReconnectPause{200};
constexpr int kMostVainCalls = 150;

double ms_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double, std::milli>(to - from).count();
}

}  // namespace

VirtualWorker::VirtualWorker(Host& host, const std::shared_ptr<grpc::Channel>& channel,
                             std::string name, const WorkPlan& plan, uint64_t seed)
    : host_(host),
      name_(std::move(name)),
      plan_(plan),
      random_(seed),
      stub_(v1::WorkerService::NewStub(channel)) {}

void VirtualWorker::start() {
  ended_ = false;
  connect();
}

void VirtualWorker::connect() {
  context_ = std::make_unique<grpc::ClientContext>();
  call_ = stub_->PrepareAsyncSession(context_.get(), &host_.queue);
  call_->StartCall(&on_called_);
}

void VirtualWorker::leave() {
  leaving_ = true;
  if (call_)
    context_->TryCancel();
  else
    ended_ = true;
}

void VirtualWorker::called(bool ok) {
  if (!ok) return end_call();
  hello();
  reading_ = true;
  call_->Read(&incoming_, &on_read_);
}

void VirtualWorker::hello() {
  proto::Hello hello;
  hello.version = "bench";
  hello.name = name_;
  hello.instance = "1";
  hello.slots = plan_.slots;
  for (const auto& [id, attempt] : attempts_)
    hello.running.push_back({id, attempt.slot, attempt.leased});
  say(proto::encode({0, std::move(hello)}));
}

void VirtualWorker::read(bool ok) {
  reading_ = false;
  if (!ok) return end_call();
  const auto message = proto::decode(incoming_);
  if (!message.ok()) {
    fail(concat("a message that makes no sense: ", message.status().message()));
    return end_call();
  }
  std::visit([this](const auto& m) { on(m); }, *message);
  if (!failure_.empty()) return end_call();
  reading_ = true;
  call_->Read(&incoming_, &on_read_);
}

void VirtualWorker::written(bool ok) {
  writing_ = false;
  outgoing_.pop_front();
  if (!ok) return end_call();
  if (!outgoing_.empty() && !ending_) write_next();
  if (ending_) end_call();
}

// Finish is asked for once, when neither a read nor a write is out.
void VirtualWorker::end_call() {
  ending_ = true;
  if (writing_ || reading_) return context_->TryCancel();
  call_->Finish(&status_, &on_finished_);
}

void VirtualWorker::finished(bool) {
  call_.reset();
  ended_ = leaving_;
  if (leaving_ || !failure_.empty()) return;
  if (++vain_calls_ > kMostVainCalls)
    return fail(concat("no session; the last one ended: ", status_.error_message()));
  ++host_.tally.reconnects;
  welcomed_ = ending_ = false;
  outgoing_.clear();
  host_.wake_at(std::chrono::steady_clock::now() + kReconnectPause, *this, kReconnect);
}

void VirtualWorker::fail(std::string why) {
  if (failure_.empty()) failure_ = concat("worker ", name_, ": ", why);
}

void VirtualWorker::on(const proto::Welcome& welcome) {
  welcomed_ = true;
  vain_calls_ = 0;
  // Those that are over are named to the coordinator while their end is not acknowledged.
  std::erase_if(attempts_, [&](const auto& entry) {
    return std::ranges::count(welcome.keep, entry.first) == 0;
  });
  for (Sent& sent : sent_) {
    sent.again = true;
    say(sent.message);
  }
  const bool first = heartbeat_.count() == 0;
  heartbeat_ = welcome.heartbeat;
  if (first) host_.wake_at(std::chrono::steady_clock::now() + heartbeat_, *this, kHeartbeat);
}

void VirtualWorker::on(const proto::SlotAssignment& assigned) {
  const SteadyTime now = std::chrono::steady_clock::now();
  ++host_.tally.handouts;
  if (const auto freed = freed_.extract(assigned.slot))
    host_.tally.handout_ms.push_back(ms_between(freed.mapped(), now));
  const Assignment& what = assigned.assignment;
  Attempt& attempt = attempts_[what.attempt];
  attempt = {.id = what.attempt,
             .slot = assigned.slot,
             .leased = assigned.leased,
             .next_epoch = what.first_epoch(),
             .epochs = what.epochs,
             .level = random_.uniform()};
  tell(attempt.id, What::kStart, {0, proto::AttemptStarted{attempt.id}}, now);
  if (plan_.epoch.count() == 0) return go_on(attempt, now);
  const double part = plan_.spread ? random_.uniform() : 1;
  const auto first = std::chrono::duration_cast<std::chrono::nanoseconds>(plan_.epoch * part);
  host_.wake_at(now + first, *this, attempt.id);
}

void VirtualWorker::on(const proto::Ack& ack) {
  if (sent_.empty() || sent_.front().message.sequence() != ack.sequence)
    return fail(concat("an acknowledgement of message ", ack.sequence, ", where that of ",
                       sent_.empty() ? 0 : sent_.front().message.sequence(), " is next"));
  const Sent sent = std::move(sent_.front());
  sent_.pop_front();
  if (ack.verdict == proto::AckVerdict::kRejected)
    return fail(concat("message ", ack.sequence, " was rejected: ", ack.message));
  if (sent.what == What::kReport) return acknowledged(sent, ack.verdict);
  if (sent.what != What::kEnd) return;
  attempts_.erase(sent.attempt);
  if (ack.verdict == proto::AckVerdict::kAccepted) ++host_.tally.ended;
}

void VirtualWorker::acknowledged(const Sent& report, proto::AckVerdict verdict) {
  const SteadyTime now = std::chrono::steady_clock::now();
  if (verdict == proto::AckVerdict::kAccepted ||
      (verdict == proto::AckVerdict::kDuplicate && report.again)) {
    ++host_.tally.reports;
    host_.tally.decision_ms.push_back(ms_between(report.at, now));
  } else {
    ++host_.tally.refused;
    if (report.again) ++host_.tally.uncertain;
  }
  const auto found = attempts_.find(report.attempt);
  if (found == attempts_.end() || found->second.over) return;
  if (verdict == proto::AckVerdict::kSuperseded) {
    attempts_.erase(found);  // of which no more is said
    return;
  }
  --found->second.on_the_way;
  if (plan_.epoch.count() == 0) go_on(found->second, now);
}

void VirtualWorker::on(const proto::Stop& stop) {
  ++host_.tally.stops;
  const auto found = attempts_.find(stop.attempt);
  if (found == attempts_.end() || found->second.over) return;
  end(found->second, {AttemptState::kStopped, stop.cause, {}});
}

void VirtualWorker::woken(AttemptId id, SteadyTime now) {
  if (leaving_) return;
  if (id == kReconnect) return connect();
  if (id == kHeartbeat) {
    if (welcomed_) say(proto::encode({0, proto::Heartbeat{}}));
    return host_.wake_at(now + heartbeat_, *this, kHeartbeat);
  }
  const auto found = attempts_.find(id);
  if (found == attempts_.end() || found->second.over || host_.resting) return;
  report(found->second, now);
  if (!found->second.over) host_.wake_at(now + plan_.epoch, *this, id);
}

// Reports what the window has room for.
void VirtualWorker::go_on(Attempt& attempt, SteadyTime now) {
  while (!attempt.over && !host_.resting && attempt.on_the_way < plan_.window) report(attempt, now);
}

// A curve that falls to the attempt's level, noise on it.
void VirtualWorker::report(Attempt& attempt, SteadyTime now) {
  const int64_t epoch = attempt.next_epoch++;
  const double loss = attempt.level + 1.0 / static_cast<double>(epoch) + 0.01 * random_.uniform();
  const EpochReport news{epoch, {{"train_loss", 0.9 * loss}, {"val_loss", loss}}, 0.01};
  ++attempt.on_the_way;
  tell(attempt.id, What::kReport, {0, proto::AttemptReport{attempt.id, news}}, now);
  if (epoch == attempt.epochs) end(attempt, {});
}

void VirtualWorker::end(Attempt& attempt, const AttemptOutcome& outcome) {
  const SteadyTime now = std::chrono::steady_clock::now();
  attempt.over = true;
  freed_[attempt.slot] = now;
  tell(attempt.id, What::kEnd, {0, proto::AttemptFinished{attempt.id, outcome}}, now);
}

void VirtualWorker::tell(AttemptId attempt, What what, proto::WorkerMessage message,
                         SteadyTime at) {
  message.sequence = ++sequence_;
  sent_.push_back({proto::encode(message), at, attempt, what});
  if (welcomed_) say(sent_.back().message);
}

void VirtualWorker::say(v1::WorkerMessage message) {
  outgoing_.push_back(std::move(message));
  if (!writing_ && !ending_) write_next();
}

void VirtualWorker::write_next() {
  writing_ = true;
  call_->Write(outgoing_.front(), &on_written_);
}

}  // namespace foldmill::bench
