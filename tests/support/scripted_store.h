#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

#include "storage/study_store.h"

namespace foldmill::testing {

// A store that keeps what it is given, fails when it is told to, and can be held up. Any thread.
class ScriptedStore final : public storage::StudyStore {
 public:
  Result<Snapshot> load() override { return Snapshot{}; }

  Status apply(std::span<const Change> changes) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
    ++applies_;
    Status answer;
    if (!answers_.empty()) {
      answer = answers_.front();
      answers_.pop_front();
    }
    if (answer.ok()) groups_.emplace_back(changes.begin(), changes.end());
    return answer;
  }

  void fail_next(Status status) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(std::move(status));
  }
  void hold() { set_open(false); }
  void release() { set_open(true); }

  // What was stored, one list per transaction.
  std::vector<std::vector<Change>> groups() const {
    const std::lock_guard lock(mutex_);
    return groups_;
  }
  int applies() const {
    const std::lock_guard lock(mutex_);
    return applies_;
  }

 private:
  void set_open(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int applies_ = 0;
  std::deque<Status> answers_;
  std::vector<std::vector<Change>> groups_;
};

}  // namespace foldmill::testing
