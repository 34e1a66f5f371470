#include "tests/history/virtual_worker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "core/text.h"
#include "proto/transport/channel.h"
#include "tests/history/asker.h"

namespace foldmill::history {
namespace {
constexpr int64_t kReconnectMs = 40;
}

VirtualWorker::VirtualWorker(Log& log, proto::Address coordinator, std::string name, uint64_t seed,
                             const std::atomic<bool>& over)
    : log_(log),
      coordinator_(std::move(coordinator)),
      name_(std::move(name)),
      random_(seed),
      over_(over) {
  die();
}

void VirtualWorker::run() {
  while (!over_) {
    session();
    sleep_ms(kReconnectMs);
  }
}

void VirtualWorker::session() {
  auto channel = proto::make_channel(coordinator_, {});
  ASSERT_TRUE(channel.ok()) << channel.status().message();
  session_ = std::make_unique<testing::FakeWorker>(*channel);
  welcomed_ = false;
  if (!job_) free_since_ = Log::now();
  std::vector<proto::RunningAttempt> running;
  if (job_) running.push_back({job_->attempt, 0, job_->leased});
  session_->hello(name_, instance_, running);
  while (!over_) {
    const bool waits = !welcomed_ || !outbox_.empty() || !job_;
    if (waits ? !take_one_message() : !act()) break;
  }
  session_.reset();
}

bool VirtualWorker::take_one_message() {
  const auto message = session_->read();
  if (message) std::visit([this](const auto& m) { on(m); }, *message);
  return message.has_value();
}

void VirtualWorker::on(const proto::Welcome& welcome) {
  welcomed_ = true;
  lease_ms_ = welcome.lease.count();
  if (job_ && std::ranges::count(welcome.keep, job_->attempt) == 0) {
    discard(job_->attempt);
    job_.reset();
  }
  for (const Unacknowledged& unsaid : outbox_) session_->send(unsaid.message);
}

void VirtualWorker::on(const proto::SlotAssignment& assigned) {
  const Assignment& assignment = assigned.assignment;
  job_ = Job{assignment.attempt, assigned.leased, assignment.fold, assignment.first_epoch(),
             assignment.epochs};
  log_.received({.client = name_,
                 .act = Act::kLease,
                 .trial = job_->fold.trial.value,
                 .fold = job_->fold.fold.value,
                 .attempt = job_->attempt.value,
                 .epoch = job_->next_epoch},
                free_since_);
}

void VirtualWorker::on(const proto::Ack& ack) {
  EXPECT_NE(ack.verdict, proto::AckVerdict::kRejected) << ack.message;
  const auto found = std::ranges::find_if(outbox_, [&](const Unacknowledged& unsaid) {
    return unsaid.message.sequence == ack.sequence;
  });
  if (found == outbox_.end()) return;
  const bool superseded = ack.verdict == proto::AckVerdict::kSuperseded;
  log_.answered(found->entry, superseded ? Answer::kSuperseded : Answer::kDone);
  const AttemptId attempt = found->attempt;
  const bool finished = std::holds_alternative<proto::AttemptFinished>(found->message.body);
  outbox_.erase(found);
  if (superseded) discard(attempt);
  if ((superseded || finished) && job_ && job_->attempt == attempt) job_.reset();
}

// What is still unanswered of it stays so.
void VirtualWorker::discard(AttemptId attempt) {
  std::erase_if(outbox_,
                [attempt](const Unacknowledged& unsaid) { return unsaid.attempt == attempt; });
}

bool VirtualWorker::act() {
  switch (random_.below(40)) {
    case 0:
      return false;  // the connection breaks
    case 1:
      die();
      return false;
    case 2:
      std::this_thread::sleep_for(std::chrono::milliseconds(lease_ms_ + lease_ms_ / 4));
      break;
    default:
      break;
  }
  // Up to three reports are on their way at a time.
  const uint64_t reports = 1 + random_.below(3);
  for (uint64_t i = 0; i < reports && job_->next_epoch <= job_->epochs + 1; ++i) next_report();
  return true;
}

void VirtualWorker::next_report() {
  const int64_t epoch = job_->next_epoch++;
  if (epoch > job_->epochs) {
    free_since_ = Log::now();
    return push(Act::kFinish, 0,
                {0, proto::AttemptFinished{job_->attempt, {AttemptState::kSucceeded, {}, {}}}});
  }
  EpochReport report;
  report.epoch = epoch;
  report.metrics = {{"val_loss", value_of(job_->attempt.value, epoch)}};
  push(Act::kReport, epoch, {0, proto::AttemptReport{job_->attempt, report}});
  if (random_.below(2) == 0) save_checkpoint(epoch);
}

// Each has a file of its own: what another attempt lets go may be gone before it is named again.
void VirtualWorker::save_checkpoint(int64_t epoch) {
  const auto file = session_->upload(concat(instance_, ": ", sequence_));
  if (file)
    push(Act::kCheckpoint, epoch, {0, proto::CheckpointSaved{job_->attempt, {epoch, *file}}});
}

void VirtualWorker::push(Act act, int64_t epoch, proto::WorkerMessage message) {
  message.sequence = ++sequence_;
  const Log::Entry entry = log_.begin({.client = name_,
                                       .act = act,
                                       .trial = job_->fold.trial.value,
                                       .fold = job_->fold.fold.value,
                                       .attempt = job_->attempt.value,
                                       .epoch = epoch,
                                       .value = value_of(job_->attempt.value, epoch)});
  outbox_.push_back({job_->attempt, message, entry});
  session_->send(message);
}

// What it knew is gone with it.
void VirtualWorker::die() {
  instance_ = concat(name_, "-", ++lives_);
  job_.reset();
  outbox_.clear();
}

void VirtualWorker::sleep_ms(int64_t longest) {
  std::this_thread::sleep_for(
      std::chrono::milliseconds(random_.below(static_cast<uint64_t>(longest) + 1)));
}

}  // namespace foldmill::history
