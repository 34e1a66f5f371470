#include "worker/agent/report_outbox.h"

#include <utility>

namespace foldmill::worker {
namespace {

std::optional<AttemptId> attempt_in(const proto::WorkerMessage& message) {
  return std::visit(
      [](const auto& body) -> std::optional<AttemptId> {
        if constexpr (requires { body.attempt; }) return body.attempt;
        return std::nullopt;
      },
      message.body);
}

}  // namespace

void ReportOutbox::push(Body body) {
  thread_.check();
  messages_.push_back({++last_sequence_, std::move(body)});
  if (send_) send_(messages_.back());
}

void ReportOutbox::connect(Send send) {
  thread_.check();
  send_ = std::move(send);
  for (const proto::WorkerMessage& message : messages_) send_(message);
}

bool ReportOutbox::acknowledge(uint64_t sequence) {
  thread_.check();
  return std::erase_if(messages_, [sequence](const proto::WorkerMessage& message) {
           return message.sequence == sequence;
         }) > 0;
}

void ReportOutbox::discard(AttemptId attempt) {
  thread_.check();
  std::erase_if(messages_, [attempt](const proto::WorkerMessage& message) {
    return attempt_in(message) == attempt;
  });
}

std::optional<AttemptId> ReportOutbox::attempt_of(uint64_t sequence) const {
  for (const proto::WorkerMessage& message : messages_)
    if (message.sequence == sequence) return attempt_in(message);
  return std::nullopt;
}

std::set<AttemptId> ReportOutbox::attempts() const {
  std::set<AttemptId> attempts;
  for (const proto::WorkerMessage& message : messages_)
    if (const auto attempt = attempt_in(message)) attempts.insert(*attempt);
  return attempts;
}

}  // namespace foldmill::worker
