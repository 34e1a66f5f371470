#pragma once

#include <grpcpp/channel.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/thread_checker.h"
#include "worker/agent/asio.h"
#include "worker/agent/attempt_runner.h"
#include "worker/agent/backoff.h"
#include "worker/agent/file_cache.h"
#include "worker/agent/lifetime.h"
#include "worker/agent/logger.h"
#include "worker/agent/report_outbox.h"
#include "worker/agent/session_client.h"
#include "worker/agent/slot.h"
#include "worker/agent/transfers.h"

namespace foldmill::worker {

// How the worker ends; engines and service managers act on it.
enum class ExitCode : int {
  kDrained = 0,
  kDoNotRestart = 42,  // another protocol version, a refused token, a name that another took
  kRetryLater = 75,    // no coordinator for longer than the patience
};

struct AgentOptions {
  std::string name;     // unique among the coordinator's workers
  std::string version;  // of the software
  std::map<std::string, std::string> labels;
  std::vector<SlotOptions> slots;
  int64_t gpu_memory_mib = 0;                         // of each slot; 0: none, or not known
  std::optional<std::chrono::milliseconds> patience;  // none: for ever
  std::chrono::milliseconds grace{30'000};            // for draining, all in all
  std::chrono::milliseconds first_reconnect{200};
  std::chrono::milliseconds last_reconnect{10'000};
  std::chrono::milliseconds welcome{15'000};  // from connecting to the coordinator's first word
  size_t outbox_capacity = 10'000;
};

// The worker: keeps a session with the coordinator while the runner trains.
//
//          (1)             (2)             (3)
//   away -------> calling -------> joined -------> away … (1)
//                    | (3)
//                    +-------> away           any --(4)--> ended
//
// (1) at the start once a trainer is ready (so that hello can name its models), later after a wait
//     that doubles from 0.2 s to 10 s, or to a third of the lease. A new channel each time, so that
//     names are resolved anew.
// (2) welcome: attempts that are not to be kept are abandoned; the outbox is sent again.
// (3) the call broke, or there was no welcome in time. Training goes on; reports gather.
// (4) drained, refused for good, or out of patience.
//
// Draining (a signal, or the coordinator's word) goes beside this: nothing new is taken, attempts
// are stopped as preempted with a checkpoint, and when all is acknowledged, or the grace is over,
// the worker ends. Agent thread; everything it owns too.
class WorkerAgent {
 public:
  // A channel for the next call; a failure is final (a bad address, unreadable certificates).
  using MakeChannel = std::function<Result<std::shared_ptr<grpc::Channel>>()>;
  using Ended = std::function<void(ExitCode, const Status& why)>;

  WorkerAgent(asio::io_context& io, AgentOptions options, FileCache cache, MakeChannel make_channel,
              Ended ended, Logger log);

  void start();
  void drain();
  void kill_trainers() { runner_.kill_trainers(); }

  bool joined() const { return joined_; }
  const AttemptRunner& runner() const { return runner_; }
  const ReportOutbox& outbox() const { return outbox_; }

 private:
  AttemptRunner::Events runner_events();
  void trainer_ready(const TrainerReady& ready);
  void trainer_unusable(const Status& why);
  void connect();
  void say_hello();
  void disconnected(const Status& why);
  void reconnect_later(const Status& why);
  void closed_for_good(ExitCode code, const Status& why);

  void on(proto::Welcome welcome);
  void on(proto::SlotAssignment assignment);
  void on(const proto::Ack& ack);
  void on(const proto::Stop& stop);
  void on(const proto::Drain& drain);
  void send(const proto::WorkerMessage& message);
  void beat();
  void give_back_all();
  void leave_if_drained();

  asio::io_context& io_;
  AgentOptions options_;
  MakeChannel make_channel_;
  Ended ended_;
  Logger log_;
  std::string instance_;                            // random: one life of this process
  std::optional<std::vector<std::string>> models_;  // known once a trainer is ready
  ReportOutbox outbox_;
  Transfers transfers_;
  AttemptRunner runner_;
  std::unique_ptr<SessionClient> session_;
  bool joined_ = false;
  bool away_ = false;  // and said so
  bool draining_ = false;
  bool may_leave_ = false;  // the coordinator has said that it assigns nothing more
  bool ending_ = false;
  Backoff backoff_;
  std::chrono::milliseconds heartbeat_{5'000};
  std::chrono::steady_clock::time_point last_contact_;
  asio::steady_timer reconnect_timer_;  // also for the welcome
  asio::steady_timer heartbeat_timer_;
  asio::steady_timer grace_timer_;
  ThreadChecker thread_;
  Lifetime lifetime_;
};

}  // namespace foldmill::worker
