#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <set>

#include "core/thread_checker.h"
#include "proto/codec/worker_message.h"

namespace foldmill::worker {

// Messages the coordinator has not acknowledged. Each has a sequence number for life; after a
// reconnect all of them are sent again, in order. Nothing is ever dropped for want of room:
// full() asks the owner to stop reading from the trainers, which then wait at their next line
// (a week of epochs fits before that happens). Agent thread.
class ReportOutbox {
 public:
  using Body = decltype(proto::WorkerMessage::body);
  using Send = std::function<void(const proto::WorkerMessage&)>;

  explicit ReportOutbox(size_t capacity = 10'000) : capacity_(capacity) {}

  // Kept, and sent when there is a session.
  void push(Body body);
  // Sends what is unacknowledged, then whatever comes, until disconnect().
  void connect(Send send);
  void disconnect() { send_ = nullptr; }

  // False when the number is unknown: acknowledged before, or discarded.
  bool acknowledge(uint64_t sequence);
  // Forgets what was said of an attempt that is no longer ours.
  void discard(AttemptId attempt);

  // Of which attempt a message is, while it is here.
  std::optional<AttemptId> attempt_of(uint64_t sequence) const;
  std::set<AttemptId> attempts() const;
  bool full() const { return messages_.size() >= capacity_; }
  bool half_empty() const { return messages_.size() <= capacity_ / 2; }
  bool empty() const { return messages_.empty(); }
  size_t size() const { return messages_.size(); }

 private:
  size_t capacity_;
  uint64_t last_sequence_ = 0;
  std::deque<proto::WorkerMessage> messages_;
  Send send_;
  ThreadChecker thread_;
};

}  // namespace foldmill::worker
