#pragma once

#include <grpcpp/server.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "proto/codec/worker_message.h"

namespace foldmill::testing {

// A coordinator that decides nothing: it welcomes, acknowledges and remembers, and can be told to
// say things, to keep silent, and to go away and come back at the same address. In memory; safe
// from any thread.
class FakeCoordinator {
 public:
  // Answers one worker message; the default acknowledges everything that has a sequence number.
  using Answer = std::function<std::optional<proto::Ack>(const proto::WorkerMessage& message)>;

  explicit FakeCoordinator(std::string socket_path);
  ~FakeCoordinator();

  void start();
  void stop();  // breaks every call, as a crash would

  std::string target() const { return "unix:" + socket_path_; }
  void set_answer(Answer answer);
  void acknowledge_nothing();
  void acknowledge_everything();
  // Of the attempts in the next hello: all (default) or these.
  void keep_only(std::vector<AttemptId> keep);
  // Ends the next sessions at once with this status, instead of a welcome.
  void refuse_with(grpc::Status status);

  // As if the answer took its time; the default is to answer at once.
  void leave_draining_unanswered();

  // Answers every Put whose content is right, before it is stored; one that is not OK is not
  // stored.
  using PutAnswer = std::function<grpc::Status(const grpc::ServerContext& context)>;
  void answer_puts(PutAnswer answer);

  // To the session that is open; false when there is none.
  bool send(const proto::CoordinatorMessage& message);

  std::vector<proto::WorkerMessage> received() const;  // all sessions, in order
  template <class Body>
  std::vector<Body> received_of() const {
    std::vector<Body> bodies;
    for (const proto::WorkerMessage& message : received())
      if (const auto* body = std::get_if<Body>(&message.body)) bodies.push_back(*body);
    return bodies;
  }
  std::optional<AttemptOutcome> outcome_of(AttemptId attempt) const;
  int sessions() const;

  ArtifactRef store(const std::string& content);
  std::map<std::string, std::string> artifacts() const;  // content by digest
  // Digests in the order they arrived, mixed with the kinds of reports: "put", "checkpoint", …
  std::vector<std::string> journal() const;

 private:
  class Workers;
  class Artifacts;
  struct State;

  std::string socket_path_;
  std::shared_ptr<State> state_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<Artifacts> artifacts_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace foldmill::testing
