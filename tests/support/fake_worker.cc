#include "tests/support/fake_worker.h"

#include "core/sha256.h"
#include "proto/codec/value_codec.h"
#include "proto/transport/channel.h"

namespace foldmill::testing {
namespace {
constexpr Milliseconds kDeadline{120'000};
}

FakeWorker::FakeWorker(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(v1::WorkerService::NewStub(channel)), files_(v1::ArtifactService::NewStub(channel)) {
  proto::set_deadline(&context_, kDeadline);
  stream_ = stub_->Session(&context_);
}

FakeWorker::~FakeWorker() {
  vanish();
  if (!ended_) end();
}

std::optional<ArtifactRef> FakeWorker::upload(const std::string& content) {
  const ArtifactRef file{sha256_hex(content), static_cast<int64_t>(content.size())};
  grpc::ClientContext context;
  proto::set_deadline(&context, kDeadline);
  v1::PutResponse response;
  const auto stream = files_->Put(&context, &response);
  v1::PutRequest announced, data;
  *announced.mutable_artifact() = proto::encode(file);
  data.set_data(content);
  if (stream->Write(announced)) stream->Write(data);  // it may be there already
  stream->WritesDone();
  return stream->Finish().ok() ? std::optional(file) : std::nullopt;
}

void FakeWorker::hello(const std::string& name, const std::string& instance,
                       std::vector<proto::RunningAttempt> running, int64_t slots) {
  proto::Hello hello;
  hello.version = "test";
  hello.name = name;
  hello.instance = instance;
  hello.slots = slots;
  hello.running = std::move(running);
  send({0, std::move(hello)});
}

std::optional<proto::CoordinatorMessage> FakeWorker::read() {
  v1::CoordinatorMessage message;
  if (!stream_->Read(&message)) return std::nullopt;
  Result<proto::CoordinatorMessage> decoded = proto::decode(message);
  if (!decoded.ok()) return std::nullopt;
  return std::move(decoded).value();
}

grpc::Status FakeWorker::end() {
  while (read()) {
  }
  ended_ = true;
  return stream_->Finish();
}

}  // namespace foldmill::testing
