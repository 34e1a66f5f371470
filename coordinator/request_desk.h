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

  // Nothing when the caller was refused at once: the engine must not hear of it.
  std::optional<engine::RequestId> add(OnReply on_reply) {
    const engine::RequestId id(++last_);
    if (const auto& why = closed_ ? closed_ : suspended_) {
      on_reply({.request = id, .status = *why});
      return std::nullopt;
    }
    waiting_.emplace(id, std::move(on_reply));
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
    answer_all(why);
  }

  // The same until resume(): for now nothing can be recorded. What those who wait have asked for is
  // decided, and will be done.
  void suspend(const Status& why) {
    suspended_ = why;
    answer_all(why);
  }
  void resume() { suspended_.reset(); }

 private:
  void answer_all(const Status& why) {
    for (const auto& [id, on_reply] : std::exchange(waiting_, {}))
      on_reply({.request = id, .status = why});
  }

  int64_t last_ = 0;
  std::optional<Status> closed_;
  std::optional<Status> suspended_;
  std::unordered_map<engine::RequestId, OnReply> waiting_;
};

}  // namespace foldmill::coordinator
