#pragma once

#include <memory>
#include <utility>

namespace foldmill::worker {

// Makes handlers harmless once their owner is gone. Cancelling a timer or closing a descriptor does
// not recall a completion that is already queued: a member of this type does. One thread only.
class Lifetime {
 public:
  Lifetime() : token_(std::make_shared<char>()) {}
  Lifetime(const Lifetime&) = delete;
  Lifetime& operator=(const Lifetime&) = delete;

  // `handler`, called only while this object lives.
  template <class Handler>
  auto guard(Handler handler) const {
    return [alive = std::weak_ptr<char>(token_),
            handler = std::move(handler)](auto&&... args) mutable {
      if (!alive.expired()) handler(std::forward<decltype(args)>(args)...);
    };
  }

 private:
  std::shared_ptr<char> token_;
};

}  // namespace foldmill::worker
