#pragma once

#include <memory>
#include <unordered_map>

#include "coordinator/rpc/worker_session.h"

namespace foldmill::coordinator {

// All open worker sessions by id; their owner. On control.
//
// What sessions left unsettled counts until it is, also when they are gone: else a worker that
// comes and goes could leave any amount. When it is too much together, no session is read, but
// for the hello of a new one, and at twice as much not even that.
class SessionTable {
 public:
  // Many times what one session may leave, so that no few of them stop the others.
  static constexpr Backlog::Limits kUnsettled{50'000, size_t{64} << 20};

  explicit SessionTable(ControlLoop& control, Backlog::Limits limits = kUnsettled)
      : control_(control), unsettled_(limits) {}

  void adopt(std::unique_ptr<WorkerSession> session) {
    control_.check();
    const engine::SessionId id(++last_);
    sessions_.emplace(id, std::move(session)).first->second->start(id);
  }

  // Both do nothing for a session that is gone: its worker comes back and says what it has.
  void send(engine::SessionId id, const proto::CoordinatorMessage& message) {
    if (WorkerSession* session = find(id)) session->send(message);
  }
  void close(engine::SessionId id, const Status& why) {
    if (WorkerSession* session = find(id)) session->close(why);
  }

  // Of one message.
  void took_in(size_t bytes) { unsettled_.add(bytes); }
  void settled(engine::SessionId id, size_t bytes) {
    const bool was_full = full(), was_twice_full = full(2);
    unsettled_.remove(bytes);
    if (WorkerSession* session = find(id)) session->settled(bytes);
    if (was_full == full() && was_twice_full == full(2)) return;
    for (const auto& [other, session] : sessions_) session->resume();
  }
  // Of `times` what sessions may leave.
  bool full(size_t times = 1) const { return unsettled_.full(times); }
  void looked(engine::SessionId id, bool found) {
    if (WorkerSession* session = find(id)) session->looked(found);
  }

  void speak_for_unread() {
    control_.check();
    for (const auto& [id, session] : sessions_) session->speak_if_unread();
  }

  void patience_over(engine::SessionId id) {
    if (WorkerSession* session = find(id)) session->patience_over();
  }

  void close_all(const Status& why) {
    control_.check();
    for (const auto& [id, session] : sessions_) session->close(why);
  }

  void remove(engine::SessionId id) {
    control_.check();
    sessions_.erase(id);
  }

 private:
  WorkerSession* find(engine::SessionId id) {
    control_.check();
    const auto found = sessions_.find(id);
    return found == sessions_.end() ? nullptr : found->second.get();
  }

  ControlLoop& control_;
  Backlog unsettled_;
  int64_t last_ = 0;
  std::unordered_map<engine::SessionId, std::unique_ptr<WorkerSession>> sessions_;
};

}  // namespace foldmill::coordinator
