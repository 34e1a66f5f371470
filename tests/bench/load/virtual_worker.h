#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/random.h"
#include "foldmill/v1/worker_service.grpc.pb.h"
#include "proto/codec/worker_message.h"
#include "tests/bench/load/tally.h"

namespace foldmill::bench {

// How a virtual worker trains, which takes no time of a processor.
struct WorkPlan {
  int slots = 1;
  int window = 16;                    // reports of one attempt that are not acknowledged, at most
  std::chrono::nanoseconds epoch{0};  // of one attempt; 0: as fast as the window lets it
  bool spread = true;                 // the first epoch is a random part of one, so that workers
                                      // of one moment do not report at one moment for ever
};

// A worker's end of one session by the rules of worker_service.proto, with attempts that do nothing
// but report. It says everything that a real one does, in the same order, checkpoints and files
// left out.
//
//   new --start--> calling --> greeting --welcome--> open --leave, or an end of the call--> ending
//   --> ended
//
// Driven by whoever reads the completion queue; one thread.
class VirtualWorker {
 public:
  // What all workers of a fleet share. Outlives them.
  struct Host {
    grpc::CompletionQueue& queue;
    Tally& tally;
    const bool& resting;  // no attempt goes on training
    // Has woken() called at that time.
    std::function<void(SteadyTime at, VirtualWorker& worker, AttemptId attempt)> wake_at;
  };
  static constexpr AttemptId kHeartbeat{};
  static constexpr AttemptId kReconnect{-1};
  // The tag of an operation in the completion queue.
  struct Operation {
    VirtualWorker* worker;
    void (VirtualWorker::*done)(bool ok);
  };

  VirtualWorker(Host& host, const std::shared_ptr<grpc::Channel>& channel, std::string name,
                const WorkPlan& plan, uint64_t seed);
  VirtualWorker(const VirtualWorker&) = delete;
  VirtualWorker& operator=(const VirtualWorker&) = delete;

  void start();
  // To report the attempt's next epoch, or for one of the two below.
  void woken(AttemptId attempt, SteadyTime now);
  void leave();

  bool welcomed() const { return welcomed_; }
  bool all_acknowledged() const { return sent_.empty(); }
  bool ended() const { return ended_; }
  // Why it can go on no longer. Empty: all is well.
  const std::string& failure() const { return failure_; }

 private:
  struct Attempt {
    AttemptId id;
    int64_t slot = 0;
    WallTime leased = {};
    int64_t next_epoch = 1;
    int64_t epochs = 1;
    int on_the_way = 0;  // of its reports
    bool over = false;   // its end was said; forgotten when that is acknowledged
    double level = 0;    // that its loss comes down to
  };
  enum class What { kStart, kReport, kEnd };  // of an attempt
  struct Sent {
    v1::WorkerMessage message;
    SteadyTime at;
    AttemptId attempt;
    What what;
    bool again = false;  // it was said in an earlier call as well
  };

  void called(bool ok);
  void read(bool ok);
  void written(bool ok);
  void finished(bool ok);
  void connect();
  void hello();

  void on(const proto::Welcome& welcome);
  void on(const proto::SlotAssignment& assigned);
  void on(const proto::Ack& ack);
  void on(const proto::Stop& stop);
  void on(const proto::Drain&) {}

  void acknowledged(const Sent& report, proto::AckVerdict verdict);
  void go_on(Attempt& attempt, SteadyTime now);
  void report(Attempt& attempt, SteadyTime now);
  void end(Attempt& attempt, const AttemptOutcome& outcome);
  void say(v1::WorkerMessage message);
  void tell(AttemptId attempt, What what, proto::WorkerMessage message, SteadyTime at);
  void write_next();
  void fail(std::string why);
  void end_call();

  Host& host_;
  const std::string name_;
  const WorkPlan plan_;
  Random random_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;  // of one call
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::WorkerMessage, v1::CoordinatorMessage>> call_;
  Operation on_called_{this, &VirtualWorker::called};
  Operation on_read_{this, &VirtualWorker::read};
  Operation on_written_{this, &VirtualWorker::written};
  Operation on_finished_{this, &VirtualWorker::finished};

  v1::CoordinatorMessage incoming_;
  std::deque<v1::WorkerMessage> outgoing_;  // in this call; the first is in flight while writing_
  std::deque<Sent> sent_;                   // not acknowledged, in order
  std::map<AttemptId, Attempt> attempts_;
  std::map<int64_t, SteadyTime> freed_;  // slots, by when their last attempt was said to be over
  uint64_t sequence_ = 0;
  std::chrono::nanoseconds heartbeat_{0};
  bool welcomed_ = false;
  bool writing_ = false;
  bool reading_ = false;
  bool leaving_ = false;
  bool ending_ = false;  // the call is
  int vain_calls_ = 0;   // since the last welcome
  bool ended_ = true;    // before it has started, too
  std::string failure_;
  grpc::Status status_;
};

}  // namespace foldmill::bench
