#pragma once

#include <grpcpp/channel.h>

#include <functional>
#include <memory>

#include "core/status.h"
#include "core/thread_checker.h"
#include "proto/codec/worker_message.h"
#include "worker/agent/asio.h"

namespace foldmill::worker {

// One call of WorkerService.Session, from this side. The reactor behind it is passive: gRPC's
// threads only post, everything happens on the agent thread. Messages leave in order, one write at
// a time. `closed` is the last event and comes exactly once, unless this object is destroyed
// before: then the call is cancelled, waited for (an instant), and nothing more is heard of it.
class SessionClient {
 public:
  struct Events {
    std::function<void(proto::CoordinatorMessage)> message;
    std::function<void(const Status&)> closed;
  };

  SessionClient(asio::io_context& io, const std::shared_ptr<grpc::Channel>& channel, Events events);
  ~SessionClient();
  SessionClient(const SessionClient&) = delete;
  SessionClient& operator=(const SessionClient&) = delete;

  void send(const proto::WorkerMessage& message);
  // Ends the call; `closed` follows.
  void cancel();

 private:
  class Reactor;
  std::shared_ptr<Reactor> reactor_;
  ThreadChecker thread_;
};

}  // namespace foldmill::worker
