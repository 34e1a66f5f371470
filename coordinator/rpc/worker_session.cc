#include "coordinator/rpc/worker_session.h"

#include <optional>
#include <utility>

#include "coordinator/log_line.h"
#include "coordinator/rpc/session_events.h"
#include "coordinator/rpc/session_table.h"
#include "core/failpoint.h"
#include "core/text.h"
#include "proto/codec/status_codec.h"
#include "proto/codec/value_codec.h"
#include "proto/codec/worker_codec.h"

namespace foldmill::coordinator {
namespace {

// Answers that a worker has not taken: more than its whole outbox can ask for.
constexpr size_t kMaxOutgoing = 20'000;

void pass_failpoint_before(const v1::CoordinatorMessage& message) {
  if (message.has_welcome()) failpoint("welcome.before_write");
  if (message.has_assignment()) failpoint("assignment.before_write");
  if (message.has_ack()) failpoint("ack.before_write");
  if (message.has_stop()) failpoint("stop.before_write");
  if (message.has_drain()) failpoint("drain.before_write");
}

void pass_failpoint_after(const v1::CoordinatorMessage& message) {
  if (message.has_welcome()) failpoint("welcome.after_write");
  if (message.has_assignment()) failpoint("assignment.after_write");
  if (message.has_ack()) failpoint("ack.after_write");
  if (message.has_stop()) failpoint("stop.after_write");
  if (message.has_drain()) failpoint("drain.after_write");
}

// Nothing also when it is named in a way that makes no sense, which is refused with the message.
std::optional<ArtifactRef> file_named_by(const v1::WorkerMessage& message) {
  Result<ArtifactRef> file = not_found("a file");
  if (message.has_checkpoint_saved())
    file = proto::decode(message.checkpoint_saved().checkpoint().artifact());
  if (message.has_artifact_saved()) file = proto::decode(message.artifact_saved().artifact());
  return file.ok() ? std::optional(std::move(file).value()) : std::nullopt;
}

}  // namespace

// The next read is asked for when this one was handled, so a worker's words keep their order.
void WorkerSession::OnReadDone(bool ok) {
  control_.post([this, ok] { read_done(ok); });
}
void WorkerSession::OnWriteDone(bool ok) {
  control_.post([this, ok] { write_done(ok); });
}
void WorkerSession::OnCancel() {
  control_.post([this] { leave("the connection was lost"); });
}
void WorkerSession::OnDone() {
  control_.post([this] { table_.remove(id_); });
}

void WorkerSession::start(engine::SessionId id) {
  id_ = id;
  read_on();
  start_patience();
}

// By its number, because the session may be gone when a timer that has fired is heard.
void WorkerSession::start_patience() {
  timer_.expires_after(patience_);
  timer_.async_wait([&table = table_, id = id_](const ErrorCode& error) {
    if (!error) table.patience_over(id);
  });
}

void WorkerSession::patience_over() {
  if (closing_ && !finished_) return context_.TryCancel();  // after Finish it may be gone
  if (greeted_) return;
  if (is_unread()) return start_patience();  // it may have said hello long ago
  close(deadline_exceeded(concat("no hello came within ", patience_.count(), " ms")));
}

// A hello is read also when others leave too much: a worker that comes back has only so long.
bool WorkerSession::may_read() const {
  return !looking_ && !unsettled_.full() && !table_.full(greeted_ ? 1 : 2);
}

void WorkerSession::read_on() {
  if (!is_unread() || !may_read()) return;
  reading_ = true;
  StartRead(&incoming_);
}

void WorkerSession::read_done(bool ok) {
  control_.check();
  reading_ = false;
  if (!ok) return leave("the stream ended");
  if (closing_) return;
  if (const auto file = file_named_by(incoming_)) {
    looking_ = true;
    look_for_file_(*file, [&table = table_, id = id_](bool found) { table.looked(id, found); });
    return;
  }
  handle(incoming_, true);
  read_on();
}

void WorkerSession::looked(bool found) {
  looking_ = false;
  if (closing_) return;
  handle(incoming_, found);
  read_on();
}

void WorkerSession::settled(size_t bytes) {
  unsettled_.remove(bytes);
  resume();
}

void WorkerSession::resume() {
  if (!is_unread() || !may_read()) return;
  if (!greeted_) start_patience();
  speak_if_unread();
  read_on();
}

void WorkerSession::speak_if_unread() {
  if (is_unread() && greeted_) sink_(engine::event::Heartbeat{id_}, [] {});
}

void WorkerSession::handle(const v1::WorkerMessage& message, bool has_file) {
  Result<proto::WorkerMessage> decoded = proto::decode(message);
  if (!decoded.ok()) {
    log_->warn(
        log_line("message refused", {{"worker", worker_}, {"reason", decoded.status().message()}}));
    // A numbered message is kept by the worker until it is answered, so it gets a definite answer.
    if (!greeted_ || message.sequence() == 0)
      return leave(decoded.status().message(), decoded.status());
    return send(
        proto::Ack{message.sequence(), proto::AckVerdict::kRejected, decoded.status().message()});
  }
  if (const auto* hello = std::get_if<proto::Hello>(&decoded->body)) {
    handle_hello(*hello);
    if (closing_) return;
  } else if (!greeted_) {
    return close(failed_precondition("the first message of a session must be hello"));
  }
  const size_t bytes = message.ByteSizeLong();
  unsettled_.add(bytes);
  table_.took_in(bytes);
  sink_(to_event(id_, std::move(decoded).value(), has_file),
        [&table = table_, id = id_, bytes] { table.settled(id, bytes); });
}

void WorkerSession::handle_hello(const proto::Hello& hello) {
  if (greeted_)
    return leave("a second hello", failed_precondition("a second hello in one session"));
  if (hello.protocol != proto::kProtocolVersion)
    return close(failed_precondition(
        concat("worker ", hello.name, " (foldmill ", hello.version, ") speaks protocol ",
               hello.protocol, ", this coordinator (foldmill ", version_, ") speaks ",
               proto::kProtocolVersion, "; install the same version on both")));
  greeted_ = true;
  worker_ = hello.name;
}

void WorkerSession::send(const proto::CoordinatorMessage& message) {
  control_.check();
  if (closing_) return;
  if (outgoing_.size() >= kMaxOutgoing)
    return leave("it does not read",
                 resource_exhausted(concat("worker ", worker_, " leaves ", kMaxOutgoing,
                                           " messages unread, and no more are kept for it; see"
                                           " what holds it up, then let it connect again")));
  outgoing_.push_back(proto::encode(message));
  if (!writing_) write_next();
}

void WorkerSession::write_next() {
  writing_ = true;
  pass_failpoint_before(outgoing_.front());
  // With more to come, gRPC may gather: what one commit answers leaves in one piece.
  grpc::WriteOptions options;
  if (outgoing_.size() > 1) options.set_buffer_hint();
  StartWrite(&outgoing_.front(), options);
}

void WorkerSession::write_done(bool ok) {
  control_.check();
  writing_ = false;
  pass_failpoint_after(outgoing_.front());
  outgoing_.pop_front();
  if (!ok) leave("the connection was lost");
  if (!closing_ && !outgoing_.empty()) write_next();
  finish_if_quiet();
}

void WorkerSession::leave(const std::string& reason, const Status& why) {
  if (closing_) return;
  if (greeted_) sink_(engine::event::WorkerLeft{id_, reason}, [] {});
  close(why);
}

void WorkerSession::close(const Status& why) {
  control_.check();
  if (closing_) return;
  closing_ = true;
  why_ = why;
  if (!why.ok())
    log_->warn(log_line("session closed", {{"worker", worker_}, {"reason", why.message()}}));
  start_patience();
  finish_if_quiet();
}

void WorkerSession::finish_if_quiet() {
  if (!closing_ || writing_ || finished_) return;
  finished_ = true;
  Finish(proto::encode(why_));
}

}  // namespace foldmill::coordinator
