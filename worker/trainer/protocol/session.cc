#include "worker/trainer/protocol/session.h"

#include <thread>
#include <utility>

#include "core/failpoint.h"
#include "core/model_spec.h"
#include "core/text.h"
#include "worker/trainer/attempt_runner.h"
#include "worker/trainer/device.h"

namespace foldmill::trainer {
namespace {

// Writes an attempt's news as lines. A line that cannot be written needs no handling here: the
// reader sees the same end of the socket and stops the attempt.
class SocketSink final : public AttemptSink {
 public:
  SocketSink(LineSocket& socket, AttemptId attempt) : socket_(socket), attempt_(attempt) {}

  void started() override { socket_.write_line(started_line(attempt_)); }
  void epoch(const EpochReport& report) override {
    failpoint("epoch.before_send");
    socket_.write_line(epoch_line(attempt_, report));
    failpoint("epoch.after_send");
  }
  void checkpoint(int64_t epoch, const std::filesystem::path& path) override {
    if (path.empty()) return;
    failpoint("checkpoint.before_send");
    socket_.write_line(checkpoint_line(attempt_, epoch, path));
    failpoint("checkpoint.after_send");
  }
  void artifact(const std::string& name, const std::filesystem::path& path) override {
    failpoint("model.before_send");
    socket_.write_line(artifact_line(attempt_, name, path));
  }

 private:
  LineSocket& socket_;
  AttemptId attempt_;
};

// What this program trains: all but the user's own code.
std::vector<std::string> trained_types() {
  std::vector<std::string> types = foldmill::model_types();
  std::erase_if(types, [](const std::string& type) {
    ModelSpec model;
    model.type = type;
    return is_users_code(model);
  });
  return types;
}

}  // namespace

Session::Session(int fd, std::string version) : socket_(fd), version_(std::move(version)) {}

Session::~Session() = default;

Status Session::run() {
  std::thread reader([this] { read_messages(); });
  const Status status = serve();
  socket_.close_reading();
  reader.join();
  return status;
}

// On the reader thread. The token of the newest assignment is known here alone, so a stop that
// overtakes the start of its attempt finds it, and one for an attempt that is over finds nothing.
void Session::read_messages() {
  std::shared_ptr<StopToken> token = std::make_shared<StopToken>();
  AttemptId current;
  while (const std::optional<std::string> line = socket_.read_line()) {
    Result<Message> message = parse_message(*line);
    if (message.ok()) {
      if (const auto* stop = std::get_if<Stop>(&*message)) {
        if (stop->attempt == current) token->request(stop->cause);
        continue;
      }
      if (const auto* assigned = std::get_if<TrainerAssignment>(&*message)) {
        token = std::make_shared<StopToken>();
        current = assigned->assignment.attempt;
      }
      if (std::holds_alternative<Shutdown>(*message)) break;
    }
    inbox_.push({std::move(message), token});
  }
  token->request(StopCause::kClosed);
  inbox_.close();
}

Status Session::serve() {
  while (std::optional<InboxItem> item = inbox_.pop()) {
    if (!item->message.ok()) return item->message.status();
    const Message& message = *item->message;
    if (const auto* hello = std::get_if<Hello>(&message)) {
      FOLDMILL_RETURN_IF_ERROR(greet(*hello));
    } else if (const auto* refused = std::get_if<RefusedAssignment>(&message)) {
      socket_.write_line(outcome_line(
          refused->attempt, {AttemptState::kFailed, EndCause::kUserError, refused->message}));
    } else if (const auto* assignment = std::get_if<TrainerAssignment>(&message)) {
      FOLDMILL_RETURN_IF_ERROR(train(*assignment, *item->stop));
    }
  }
  return ok_status();
}

Status Session::greet(const Hello& hello) {
  if (runner_) return failed_precondition("trainer protocol: a second hello");
  if (hello.protocol != kProtocolVersion)
    return failed_precondition(concat("the worker speaks trainer protocol ", hello.protocol,
                                      ", this trainer ", kProtocolVersion,
                                      "; install the same version of both"));
  FOLDMILL_ASSIGN_OR_RETURN(const torch::Device device, find_device(hello.device));
  configure_torch(hello.threads);
  threads_ = hello.threads;
  on_cuda_ = device.is_cuda();
  runner_ =
      std::make_unique<AttemptRunner>(device, hello.data_dirs, hello.work_dir, hello.cache_dir);
  failpoint("ready.before_send");
  socket_.write_line(ready_line(version_, trained_types(), devices()));
  return ok_status();
}

Status Session::train(const TrainerAssignment& assignment, const StopToken& stop) {
  if (!runner_) return failed_precondition("trainer protocol: an assignment before hello");
  const AttemptId attempt = assignment.assignment.attempt;
  set_threads(threads_ * assignment.assignment.slots);
  SocketSink sink(socket_, attempt);
  failpoint("attempt.before_start");
  const AttemptOutcome outcome = runner_->run(assignment, stop, sink);
  failpoint("finish.before_send");
  socket_.write_line(outcome_line(attempt, outcome));
  failpoint("finish.after_send");
  // After an error on a GPU its context may be broken for good; a fresh process is the cure.
  if (on_cuda_ && outcome.cause == EndCause::kInternal) return internal_error(outcome.message);
  return ok_status();
}

}  // namespace foldmill::trainer
