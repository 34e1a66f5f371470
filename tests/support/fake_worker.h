#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "foldmill/v1/artifact_service.grpc.pb.h"
#include "foldmill/v1/worker_service.grpc.pb.h"
#include "proto/codec/worker_codec.h"

namespace foldmill::testing {

// A worker's end of one session, driven by the test step by step. The whole call has a deadline, so
// that a test that waits for what never comes fails instead of hanging. One thread.
class FakeWorker {
 public:
  explicit FakeWorker(const std::shared_ptr<grpc::Channel>& channel);
  ~FakeWorker();

  // False once the session has ended.
  bool send(const proto::WorkerMessage& message) { return send_raw(proto::encode(message)); }
  bool send_raw(const v1::WorkerMessage& message) { return stream_->Write(message); }
  // Puts a file into the coordinator's store: what may be said to have been saved. Nothing if the
  // coordinator did not take it.
  std::optional<ArtifactRef> upload(const std::string& content);
  void hello(const std::string& name, const std::string& instance = "1",
             std::vector<proto::RunningAttempt> running = {}, int64_t slots = 1);

  // The next message of this kind; others are kept for later. Nothing once the stream has ended.
  template <class Message>
  std::optional<Message> next() {
    for (auto it = kept_.begin(); it != kept_.end(); ++it)
      if (auto* message = std::get_if<Message>(&*it)) {
        Message found = std::move(*message);
        kept_.erase(it);
        return found;
      }
    while (auto message = read()) {
      if (auto* wanted = std::get_if<Message>(&*message)) return std::move(*wanted);
      kept_.push_back(std::move(*message));
    }
    return std::nullopt;
  }

  // The next message of any kind that was not kept for later. Nothing once the stream has ended.
  std::optional<proto::CoordinatorMessage> read();

  // Reads to the end of the stream and says how it ended.
  grpc::Status end();
  // Breaks the connection, as a crash would.
  void vanish() { context_.TryCancel(); }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  std::unique_ptr<v1::ArtifactService::Stub> files_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WorkerMessage, v1::CoordinatorMessage>> stream_;
  std::deque<proto::CoordinatorMessage> kept_;
  bool ended_ = false;
};

}  // namespace foldmill::testing
