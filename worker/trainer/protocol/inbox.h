#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "core/result.h"
#include "worker/trainer/protocol/messages.h"
#include "worker/trainer/training/stop_token.h"

namespace foldmill::trainer {

// A message for the training thread; an assignment comes with the token that stops it.
struct InboxItem {
  Result<Message> message;
  std::shared_ptr<const StopToken> stop;
};

// Hands messages from the reader thread to the training thread, in order. The trainer's one lock.
class Inbox {
 public:
  void push(InboxItem item);
  // No more will come. What is in it can still be taken.
  void close();
  // Waits for the next item; nothing once it is closed and empty.
  std::optional<InboxItem> pop();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<InboxItem> items_;
  bool closed_ = false;
};

}  // namespace foldmill::trainer
