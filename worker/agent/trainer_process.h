#pragma once

#include <sys/types.h>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"
#include "core/thread_checker.h"
#include "worker/agent/asio.h"
#include "worker/agent/child_watcher.h"
#include "worker/agent/lifetime.h"
#include "worker/agent/line_buffer.h"
#include "worker/agent/output_tail.h"
#include "worker/agent/spawn.h"

namespace foldmill::worker {

// What a trainer prints behind this is for whoever looks after the worker.
inline constexpr std::string_view kWarningPrefix = "foldmill: warning: ";

// One running trainer: its process group, its socket of lines, the last it printed. Lives on the
// agent thread; owned by a Slot, which must not destroy it inside one of its events (post instead).
//
// Destroying it kills the whole group and reaps the child: no orphans, no zombies. That holds for
// grandchildren that stay in the group; one that calls setsid() has left our care.
class TrainerProcess {
 public:
  struct Events {
    std::function<void(const std::string& line)> line;
    std::function<void()> line_too_long;    // nothing is read any more
    std::function<void(ChildExit)> exited;  // last event; every complete line came before
    // It printed this behind kWarningPrefix.
    std::function<void(const std::string& text)> warned = [](const std::string&) {};
  };

  static Result<std::unique_ptr<TrainerProcess>> start(asio::io_context& io,
                                                       const TrainerCommand& command,
                                                       Events events);
  ~TrainerProcess();
  TrainerProcess(const TrainerProcess&) = delete;
  TrainerProcess& operator=(const TrainerProcess&) = delete;

  // Queued without limit on our side: what a worker says to a trainer is a few lines an attempt.
  void send(std::string line);
  // SIGKILL to the group; `exited` follows.
  void kill_group();
  // Back-pressure: while paused nothing is read, and a trainer that goes on writing will block.
  void set_paused(bool paused);

  pid_t pid() const { return pid_; }
  std::string last_output(size_t lines) const { return output_tail_.last(lines); }

 private:
  TrainerProcess(asio::io_context& io, const SpawnedChild& child, Events events);
  void read_socket();
  void read_output();
  void take_output(std::string_view bytes);
  void take(std::string_view bytes);
  void write_next();
  void on_exit(ChildExit exit);
  void drain_after_exit();

  ThreadChecker thread_;
  Events events_;
  pid_t pid_;
  bool exited_ = false;
  bool paused_ = false;
  bool reading_ = false;
  // A socket to asio too, so that writing to a child that is gone is an error and no SIGPIPE.
  asio::local::stream_protocol::socket socket_;
  asio::posix::stream_descriptor output_;
  std::array<char, 64 * 1024> socket_bytes_;
  std::array<char, 4096> output_bytes_;
  LineBuffer lines_;
  OutputTail output_tail_;
  std::deque<std::string> outgoing_;
  ChildWatcher watcher_;
  Lifetime lifetime_;
};

}  // namespace foldmill::worker
