#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/random.h"
#include "proto/codec/worker_message.h"
#include "proto/transport/address.h"
#include "tests/history/log.h"
#include "tests/support/fake_worker.h"

namespace foldmill::history {

// A worker without trainers: reports made-up epochs over real sessions as fast as it can, and keeps
// what is not acknowledged to send it again. Now and then it breaks its connection, falls asleep
// for longer than its lease, or dies and comes back as another process. Logs all of it. One thread.
class VirtualWorker {
 public:
  VirtualWorker(Log& log, proto::Address coordinator, std::string name, uint64_t seed,
                const std::atomic<bool>& over);

  void run();

 private:
  struct Job {
    AttemptId attempt;
    WallTime leased;
    FoldKey fold;
    int64_t next_epoch = 1;
    int64_t epochs = 1;
  };
  struct Unacknowledged {
    AttemptId attempt;
    proto::WorkerMessage message;
    Log::Entry entry;
  };

  void session();
  bool take_one_message();  // false when the session has ended
  void on(const proto::Welcome& welcome);
  void on(const proto::SlotAssignment& assigned);
  void on(const proto::Ack& ack);
  void on(const proto::Stop&) {}
  void on(const proto::Drain&) {}

  bool act();  // one step of the job; false when the session is to end
  void next_report();
  void save_checkpoint(int64_t epoch);
  void push(Act act, int64_t epoch, proto::WorkerMessage message);
  void discard(AttemptId attempt);
  void die();
  void sleep_ms(int64_t longest);

  Log& log_;
  proto::Address coordinator_;
  std::string name_;
  Random random_;
  const std::atomic<bool>& over_;
  std::string instance_;
  int64_t lives_ = 0;
  int64_t lease_ms_ = 0;
  uint64_t sequence_ = 0;
  Time free_since_ = 0;
  bool welcomed_ = false;
  std::optional<Job> job_;
  std::deque<Unacknowledged> outbox_;
  std::unique_ptr<testing::FakeWorker> session_;
};

}  // namespace foldmill::history
