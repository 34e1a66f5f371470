#include "tests/support/fake_coordinator.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <chrono>
#include <utility>

#include "core/sha256.h"
#include "foldmill/v1/artifact_service.grpc.pb.h"
#include "foldmill/v1/worker_service.grpc.pb.h"
#include "proto/codec/worker_codec.h"
#include "proto/transport/server.h"

namespace foldmill::testing {
namespace {

using Stream = grpc::ServerReaderWriter<v1::CoordinatorMessage, v1::WorkerMessage>;

std::optional<proto::Ack> accept(const proto::WorkerMessage& message) {
  if (message.sequence == 0) return std::nullopt;
  return proto::Ack{message.sequence, proto::AckVerdict::kAccepted, ""};
}

std::string kind_of(const proto::WorkerMessage& message) {
  constexpr const char* kKinds[] = {"hello", "heartbeat",  "draining", "started",
                                    "epoch", "checkpoint", "artifact", "finished"};
  return kKinds[message.body.index()];
}

}  // namespace

struct FakeCoordinator::State {
  mutable std::mutex mutex;
  Answer answer = accept;
  PutAnswer put_answer = [](const grpc::ServerContext&) { return grpc::Status::OK; };
  std::optional<std::vector<AttemptId>> keep;
  std::optional<grpc::Status> refusal;
  std::vector<proto::WorkerMessage> received;
  std::vector<std::string> journal;
  std::map<std::string, std::string> artifacts;
  bool answers_draining = true;
  Stream* open = nullptr;  // welcomed
  int sessions = 0;
};

class FakeCoordinator::Workers final : public v1::WorkerService::Service {
 public:
  explicit Workers(std::shared_ptr<State> state) : state_(std::move(state)) {}

  grpc::Status Session(grpc::ServerContext*, Stream* stream) override {
    v1::WorkerMessage wire;
    while (stream->Read(&wire)) {
      const auto message = proto::decode(wire);
      if (!message.ok()) return {grpc::StatusCode::INVALID_ARGUMENT, message.status().message()};
      const std::lock_guard lock(state_->mutex);
      if (const auto* hello = std::get_if<proto::Hello>(&message->body)) {
        if (state_->refusal) return *state_->refusal;
        welcome(*hello, stream);
      }
      state_->received.push_back(*message);
      if (message->sequence > 0) state_->journal.push_back(kind_of(*message));
      if (const auto ack = state_->answer(*message))
        stream->Write(proto::encode(proto::CoordinatorMessage(*ack)));
      if (state_->answers_draining && std::holds_alternative<proto::Draining>(message->body))
        stream->Write(proto::encode(proto::CoordinatorMessage(proto::Drain{})));
    }
    const std::lock_guard lock(state_->mutex);
    if (state_->open == stream) state_->open = nullptr;
    return grpc::Status::OK;
  }

 private:
  void welcome(const proto::Hello& hello, Stream* stream) {
    ++state_->sessions;
    proto::Welcome welcome{"fake", WorkerId(1), Milliseconds(30'000), Milliseconds(100), {}};
    for (const proto::RunningAttempt& running : hello.running)
      welcome.keep.push_back(running.attempt);
    if (state_->keep) welcome.keep = *std::exchange(state_->keep, std::nullopt);
    stream->Write(proto::encode(proto::CoordinatorMessage(welcome)));
    state_->open = stream;
  }

  std::shared_ptr<State> state_;
};

class FakeCoordinator::Artifacts final : public v1::ArtifactService::Service {
 public:
  explicit Artifacts(std::shared_ptr<State> state) : state_(std::move(state)) {}

  grpc::Status Put(grpc::ServerContext* context, grpc::ServerReader<v1::PutRequest>* reader,
                   v1::PutResponse*) override {
    v1::PutRequest request;
    std::string digest, content;
    while (reader->Read(&request)) {
      if (request.has_artifact()) digest = request.artifact().sha256();
      content += request.data();
    }
    if (sha256_hex(content) != digest)
      return {grpc::StatusCode::INVALID_ARGUMENT, "the content does not match its digest"};
    if (grpc::Status answer = put_answer()(*context); !answer.ok()) return answer;
    const std::lock_guard lock(state_->mutex);
    state_->artifacts[digest] = std::move(content);
    state_->journal.push_back("put");
    return grpc::Status::OK;
  }

  grpc::Status Get(grpc::ServerContext*, const v1::GetRequest* request,
                   grpc::ServerWriter<v1::GetResponse>* writer) override {
    const std::lock_guard lock(state_->mutex);
    const auto found = state_->artifacts.find(request->artifact().sha256());
    if (found == state_->artifacts.end())
      return {grpc::StatusCode::NOT_FOUND, "there is no such artifact"};
    v1::GetResponse response;
    response.set_data(found->second);
    writer->Write(response);
    return grpc::Status::OK;
  }

 private:
  PutAnswer put_answer() const {
    const std::lock_guard lock(state_->mutex);
    return state_->put_answer;
  }

  std::shared_ptr<State> state_;
};

FakeCoordinator::FakeCoordinator(std::string socket_path)
    : socket_path_(std::move(socket_path)),
      state_(std::make_shared<State>()),
      workers_(std::make_unique<Workers>(state_)),
      artifacts_(std::make_unique<Artifacts>(state_)) {
  start();
}

FakeCoordinator::~FakeCoordinator() { stop(); }

void FakeCoordinator::start() {
  grpc::ServerBuilder builder;
  proto::apply_limits(&builder);
  builder.AddListeningPort(target(), grpc::InsecureServerCredentials());
  builder.RegisterService(workers_.get());
  builder.RegisterService(artifacts_.get());
  server_ = builder.BuildAndStart();
}

void FakeCoordinator::stop() {
  if (!server_) return;
  server_->Shutdown(std::chrono::system_clock::now());
  server_.reset();
  const std::lock_guard lock(state_->mutex);
  state_->open = nullptr;
}

void FakeCoordinator::set_answer(Answer answer) {
  const std::lock_guard lock(state_->mutex);
  state_->answer = std::move(answer);
}

void FakeCoordinator::acknowledge_nothing() {
  set_answer([](const proto::WorkerMessage&) { return std::nullopt; });
}

void FakeCoordinator::acknowledge_everything() { set_answer(accept); }

void FakeCoordinator::keep_only(std::vector<AttemptId> keep) {
  const std::lock_guard lock(state_->mutex);
  state_->keep = std::move(keep);
}

void FakeCoordinator::refuse_with(grpc::Status status) {
  const std::lock_guard lock(state_->mutex);
  state_->refusal = std::move(status);
}

void FakeCoordinator::leave_draining_unanswered() {
  const std::lock_guard lock(state_->mutex);
  state_->answers_draining = false;
}

void FakeCoordinator::answer_puts(PutAnswer answer) {
  const std::lock_guard lock(state_->mutex);
  state_->put_answer = std::move(answer);
}

bool FakeCoordinator::send(const proto::CoordinatorMessage& message) {
  const std::lock_guard lock(state_->mutex);
  return state_->open != nullptr && state_->open->Write(proto::encode(message));
}

std::vector<proto::WorkerMessage> FakeCoordinator::received() const {
  const std::lock_guard lock(state_->mutex);
  return state_->received;
}

std::optional<AttemptOutcome> FakeCoordinator::outcome_of(AttemptId attempt) const {
  for (const auto& finished : received_of<proto::AttemptFinished>())
    if (finished.attempt == attempt) return finished.outcome;
  return std::nullopt;
}

int FakeCoordinator::sessions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->sessions;
}

ArtifactRef FakeCoordinator::store(const std::string& content) {
  const std::lock_guard lock(state_->mutex);
  const std::string digest = sha256_hex(content);
  state_->artifacts[digest] = content;
  return {digest, static_cast<int64_t>(content.size())};
}

std::map<std::string, std::string> FakeCoordinator::artifacts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->artifacts;
}

std::vector<std::string> FakeCoordinator::journal() const {
  const std::lock_guard lock(state_->mutex);
  return state_->journal;
}

}  // namespace foldmill::testing
