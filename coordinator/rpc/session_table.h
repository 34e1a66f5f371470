#pragma once

#include <memory>
#include <unordered_map>

#include "coordinator/rpc/worker_session.h"

namespace foldmill::coordinator {

// All open worker sessions by id; their owner. On control.
class SessionTable {
 public:
  explicit SessionTable(ControlLoop& control) : control_(control) {}

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
  int64_t last_ = 0;
  std::unordered_map<engine::SessionId, std::unique_ptr<WorkerSession>> sessions_;
};

}  // namespace foldmill::coordinator
