#include "worker/agent/trainer_process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "worker/agent/trainer_messages.h"

namespace foldmill::worker {
namespace {

// What there is to read, empty when there is nothing yet; none at the end. Read by hand once there
// is something: what asio has read may still be on its way to its handler when the exit of the
// process is seen, and would come too late.
template <class Stream, size_t N>
std::optional<std::string_view> read_some(Stream& from, std::array<char, N>& buffer) {
  const ssize_t size = ::read(from.native_handle(), buffer.data(), buffer.size());
  if (size > 0) return std::string_view(buffer.data(), static_cast<size_t>(size));
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::string_view();
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<TrainerProcess>> TrainerProcess::start(asio::io_context& io,
                                                              const TrainerCommand& command,
                                                              Events events) {
  FOLDMILL_ASSIGN_OR_RETURN(const SpawnedChild child, spawn_child(command));
  return std::unique_ptr<TrainerProcess>(new TrainerProcess(io, child, std::move(events)));
}

TrainerProcess::TrainerProcess(asio::io_context& io, const SpawnedChild& child, Events events)
    : events_(std::move(events)),
      pid_(child.pid),
      socket_(io, asio::local::stream_protocol(), child.socket),
      output_(io, child.output),
      lines_(kMaxLineBytes),
      watcher_(io, child.pid, [this](ChildExit exit) { on_exit(exit); }) {
  socket_.native_non_blocking(true);
  output_.native_non_blocking(true);
  read_socket();
  read_output();
}

TrainerProcess::~TrainerProcess() {
  if (exited_) return;
  kill_group();
  // SIGKILL cannot be refused; a child stuck in the kernel (a hung disk or driver) is waited for.
  ::waitpid(pid_, nullptr, 0);
}

void TrainerProcess::send(std::string line) {
  thread_.check();
  if (exited_) return;
  outgoing_.push_back(std::move(line));
  if (outgoing_.size() == 1) write_next();
}

void TrainerProcess::kill_group() {
  thread_.check();
  if (!exited_) ::kill(-pid_, SIGKILL);
}

void TrainerProcess::set_paused(bool paused) {
  thread_.check();
  paused_ = paused;
  if (!paused_ && !reading_ && !exited_ && !lines_.overflowed()) read_socket();
}

void TrainerProcess::read_socket() {
  reading_ = true;
  socket_.async_wait(asio::socket_base::wait_read, lifetime_.guard([this](ErrorCode error) {
    reading_ = false;
    if (error || exited_ || paused_) return;
    const auto bytes = read_some(socket_, socket_bytes_);
    if (!bytes) return;  // closed: the exit of the process is what counts
    take(*bytes);
    if (!paused_ && !exited_ && !lines_.overflowed()) read_socket();
  }));
}

void TrainerProcess::take(std::string_view bytes) {
  for (const std::string& line : lines_.take(bytes)) events_.line(line);
  if (lines_.overflowed()) events_.line_too_long();
}

void TrainerProcess::read_output() {
  output_.async_wait(asio::posix::descriptor_base::wait_read,
                     lifetime_.guard([this](ErrorCode error) {
                       if (error || exited_) return;
                       const auto bytes = read_some(output_, output_bytes_);
                       if (!bytes) return;
                       take_output(*bytes);
                       read_output();
                     }));
}

void TrainerProcess::take_output(std::string_view bytes) {
  output_tail_.add(bytes, [this](std::string_view line) {
    if (line.starts_with(kWarningPrefix))
      events_.warned(std::string(line.substr(kWarningPrefix.size())));
  });
}

void TrainerProcess::write_next() {
  asio::async_write(socket_, asio::buffer(outgoing_.front()),
                    lifetime_.guard([this](ErrorCode error, size_t) {
                      if (error) return;  // the child is gone: its exit is what counts
                      outgoing_.pop_front();
                      if (!outgoing_.empty()) write_next();
                    }));
}

void TrainerProcess::on_exit(ChildExit exit) {
  ::kill(-pid_, SIGKILL);  // what it left behind in its group
  exited_ = true;
  drain_after_exit();
  events_.exited(exit);
}

// What the child wrote before it ended is in the kernel's buffers. Read without waiting: a process
// that left the group may hold the other end open for ever.
void TrainerProcess::drain_after_exit() {
  socket_.cancel();
  output_.cancel();
  while (const auto bytes = read_some(output_, output_bytes_)) {
    if (bytes->empty()) break;
    take_output(*bytes);
  }
  while (!lines_.overflowed()) {
    const auto bytes = read_some(socket_, socket_bytes_);
    if (!bytes || bytes->empty()) break;
    take(*bytes);
  }
}

}  // namespace foldmill::worker
