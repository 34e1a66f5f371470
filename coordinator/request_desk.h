#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

#include "coordinator/backlog.h"
#include "coordinator/engine/effect.h"
#include "core/failpoint.h"
#include "core/text.h"

namespace foldmill::coordinator {

// Callers that wait for the engine's answer, by the number their request was given. They are
// bounded, also by callers who have left: what they asked for waits to be recorded. On control.
class RequestDesk {
 public:
  using OnReply = std::function<void(const engine::effect::Reply&)>;
  static constexpr Backlog::Limits kWaiting{10'000, size_t{64} << 20};

  // `bytes`: what was asked. Nothing when the caller was refused at once: the engine must not hear
  // of it.
  std::optional<engine::RequestId> add(size_t bytes, OnReply on_reply) {
    const engine::RequestId id(++last_);
    if (const std::optional<Status> why = refusal()) {
      on_reply({.request = id, .status = *why});
      return std::nullopt;
    }
    backlog_.add(bytes);
    waiting_.emplace(id, Caller{std::move(on_reply), bytes});
    return id;
  }

  void reply(const engine::effect::Reply& reply) {
    const auto found = waiting_.find(reply.request);
    if (found == waiting_.end()) return;
    const Caller caller = std::move(found->second);
    waiting_.erase(found);
    backlog_.remove(caller.bytes);
    failpoint("reply.before");
    caller.on_reply(reply);
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
  struct Caller {
    OnReply on_reply;
    size_t bytes;
  };

  std::optional<Status> refusal() const {
    if (closed_) return closed_;
    if (suspended_) return suspended_;
    if (!backlog_.full()) return std::nullopt;
    return unavailable(concat("the coordinator has ", backlog_.messages(),
                              " requests to answer, and takes no more for now; try again soon"));
  }

  void answer_all(const Status& why) {
    backlog_ = Backlog(kWaiting);
    for (const auto& [id, caller] : std::exchange(waiting_, {}))
      caller.on_reply({.request = id, .status = why});
  }

  int64_t last_ = 0;
  std::optional<Status> closed_;
  std::optional<Status> suspended_;
  Backlog backlog_{kWaiting};
  std::unordered_map<engine::RequestId, Caller> waiting_;
};

}  // namespace foldmill::coordinator
