#include "worker/agent/session_client.h"

#include <grpcpp/client_context.h>

#include <deque>
#include <future>
#include <utility>

#include "foldmill/v1/worker_service.grpc.pb.h"
#include "proto/codec/status_codec.h"
#include "proto/codec/worker_codec.h"

namespace foldmill::worker {

// Keeps itself alive until gRPC has called OnDone. Its fields belong to the agent thread, but for
// the message being read and the one being written, which gRPC has between a Start and its On.
class SessionClient::Reactor
    : public grpc::ClientBidiReactor<v1::WorkerMessage, v1::CoordinatorMessage>,
      public std::enable_shared_from_this<Reactor> {
 public:
  Reactor(asio::io_context& io, const std::shared_ptr<grpc::Channel>& channel, Events events)
      : io_(io), stub_(v1::WorkerService::NewStub(channel)), events_(std::move(events)) {}

  void start() {
    self_ = shared_from_this();
    stub_->async()->Session(&context_, this);
    AddHold();  // writes are started outside of reactions
    StartRead(&incoming_);
    StartCall();
  }

  void send(const proto::WorkerMessage& message) {
    if (!open_ || !writable_) return;  // the outbox has what must not be lost
    outgoing_.push_back(proto::encode(message));
    if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
  }

  void cancel() {
    context_.TryCancel();
    stop();
  }

  void orphan() {
    events_ = {};
    cancel();
    finished_->get_future().wait();  // soon: the call is cancelled
  }

  void OnReadDone(bool ok) override {
    asio::post(io_, [self = shared_from_this(), ok] { self->read_done(ok); });
  }
  void OnWriteDone(bool ok) override {
    asio::post(io_, [self = shared_from_this(), ok] { self->write_done(ok); });
  }
  void OnDone(const grpc::Status& status) override {
    // The last post: after it gRPC has nothing of ours, and the io_context may go.
    const auto finished = finished_;
    asio::post(io_, [self = std::move(self_), status] { self->done(status); });
    finished->set_value();
  }

 private:
  void read_done(bool ok) {
    if (!ok) return stop();
    auto message = proto::decode(incoming_);
    if (!message.ok()) {
      broken_ = message.status().with_context("the coordinator sent a message that makes no sense");
      return cancel();
    }
    if (events_.message) events_.message(std::move(message).value());
    if (open_) StartRead(&incoming_);
  }

  void write_done(bool ok) {
    outgoing_.pop_front();
    // The call is over. What the coordinator said before is still to be read: gRPC does not say
    // that and how it ended while a message waits.
    if (!ok) writable_ = false;
    if (open_ && writable_ && !outgoing_.empty()) StartWrite(&outgoing_.front());
  }

  // After this no operation is started any more, so the call can end.
  void stop() {
    if (!std::exchange(open_, false)) return;
    RemoveHold();
  }

  void done(const grpc::Status& status) {
    if (!events_.closed) return;
    const Status reason = broken_.ok() ? proto::decode(status) : broken_;
    events_.closed(reason.ok() ? unavailable("the coordinator ended the session") : reason);
  }

  asio::io_context& io_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  grpc::ClientContext context_;
  Events events_;
  v1::CoordinatorMessage incoming_;
  std::deque<v1::WorkerMessage> outgoing_;
  bool open_ = true;
  bool writable_ = true;
  Status broken_;
  std::shared_ptr<Reactor> self_;
  std::shared_ptr<std::promise<void>> finished_ = std::make_shared<std::promise<void>>();
};

SessionClient::SessionClient(asio::io_context& io, const std::shared_ptr<grpc::Channel>& channel,
                             Events events)
    : reactor_(std::make_shared<Reactor>(io, channel, std::move(events))) {
  reactor_->start();
}

SessionClient::~SessionClient() { reactor_->orphan(); }

void SessionClient::send(const proto::WorkerMessage& message) {
  thread_.check();
  reactor_->send(message);
}

void SessionClient::cancel() {
  thread_.check();
  reactor_->cancel();
}

}  // namespace foldmill::worker
