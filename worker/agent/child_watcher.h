#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "worker/agent/asio.h"
#include "worker/agent/lifetime.h"

namespace foldmill::worker {

// How a process ended.
struct ChildExit {
  int code = 0;  // when it was not a signal
  std::optional<int> signal;
  // "exited with code 3", "was killed by SIGSEGV (signal 11)".
  std::string describe() const;
};

// Waits on the io_context for one child to end, and reaps it. By pidfd (Linux 5.3); where the
// kernel has none, or in tests, by asking every 50 ms. Agent thread only; after destruction the
// handler is not called. Whoever destroys it earlier than the child ends must reap the child.
class ChildWatcher {
 public:
  enum class Method { kPidfd, kPolling };
  using Handler = std::function<void(ChildExit)>;

  ChildWatcher(asio::io_context& io, pid_t pid, Handler on_exit, Method method = Method::kPidfd);

 private:
  void wait();
  void poll();
  void check();

  pid_t pid_;
  Handler on_exit_;
  asio::posix::stream_descriptor pidfd_;
  asio::steady_timer timer_;
  Lifetime lifetime_;
};

}  // namespace foldmill::worker
