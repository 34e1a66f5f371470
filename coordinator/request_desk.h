#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

#include "coordinator/engine/effect.h"
#include "core/failpoint.h"

namespace foldmill::coordinator {

// Callers that wait for the engine's answer, by the number their request was given. On control.
class RequestDesk {
 public:
  using OnReply = std::function<void(const engine::effect::Reply&)>;

  engine::RequestId add(OnReply on_reply) {
    const engine::RequestId id(++last_);
    if (closed_) {
      on_reply({.request = id, .status = *closed_});
    } else {
      waiting_.emplace(id, std::move(on_reply));
    }
    return id;
  }

  void reply(const engine::effect::Reply& reply) {
    const auto found = waiting_.find(reply.request);
    if (found == waiting_.end()) return;
    const OnReply on_reply = std::move(found->second);
    waiting_.erase(found);
    failpoint("reply.before");
    on_reply(reply);
    failpoint("reply.after");
  }

  // Nobody will answer any more, those who come later neither: a call that is never finished would
  // hold up the server's shutdown for ever.
  void refuse_all(const Status& why) {
    closed_ = why;
    for (const auto& [id, on_reply] : std::exchange(waiting_, {}))
      on_reply({.request = id, .status = why});
  }

 private:
  int64_t last_ = 0;
  std::optional<Status> closed_;
  std::unordered_map<engine::RequestId, OnReply> waiting_;
};

}  // namespace foldmill::coordinator
