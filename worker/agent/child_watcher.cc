#include "worker/agent/child_watcher.h"

#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "core/text.h"

namespace foldmill::worker {
namespace {

constexpr std::chrono::milliseconds kPollInterval{50};

int open_pidfd(pid_t pid) {
#ifdef SYS_pidfd_open
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
#else
  errno = ENOSYS;
  return -1;
#endif
}

ChildExit to_exit(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), std::nullopt};
}

}  // namespace

std::string ChildExit::describe() const {
  if (!signal) return concat("exited with code ", code);
  const char* name = ::sigabbrev_np(*signal);
  return concat("was killed by SIG", name != nullptr ? name : "?", " (signal ", *signal, ")");
}

ChildWatcher::ChildWatcher(asio::io_context& io, pid_t pid, Handler on_exit, Method method)
    : pid_(pid), on_exit_(std::move(on_exit)), pidfd_(io), timer_(io) {
  const int fd = method == Method::kPidfd ? open_pidfd(pid) : -1;
  if (fd >= 0) pidfd_.assign(fd);
  wait();
}

void ChildWatcher::wait() {
  if (!pidfd_.is_open()) return poll();
  pidfd_.async_wait(asio::posix::stream_descriptor::wait_read,
                    lifetime_.guard([this](ErrorCode) { check(); }));
}

void ChildWatcher::poll() {
  timer_.expires_after(kPollInterval);
  timer_.async_wait(lifetime_.guard([this](ErrorCode) { check(); }));
}

void ChildWatcher::check() {
  int status = 0;
  const pid_t reaped = ::waitpid(pid_, &status, WNOHANG);
  if (reaped == 0) return wait();
  // The owner may destroy this object inside the handler.
  const Handler handler = std::move(on_exit_);
  handler(to_exit(status));
}

}  // namespace foldmill::worker
