#include "coordinator/simulation/line_program.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include "core/text.h"

namespace foldmill::simulation {
namespace {

std::string describe_end(int status) {
  if (WIFSIGNALED(status)) return concat("was ended by signal ", WTERMSIG(status));
  return concat("ended with exit code ", WEXITSTATUS(status));
}

}  // namespace

Result<LineProgram> LineProgram::start(const std::string& command) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return internal_error(concat("no socket for '", command, "': ", std::strerror(errno)));
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return internal_error(concat("cannot start '", command, "': ", std::strerror(errno)));
  }
  return LineProgram(ends[0], pid);
}

LineProgram::~LineProgram() {
  if (socket_ >= 0) close(socket_);
  if (pid_ >= 0) reap();
}

int LineProgram::reap() {
  constexpr int kLooks = 100;
  const pid_t pid = std::exchange(pid_, -1);
  int status = 0;
  for (int look = 0; look < kLooks; ++look) {
    if (waitpid(pid, &status, WNOHANG) != 0) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  return status;
}

Status LineProgram::ended(const std::string& unanswered) {
  const std::string how = pid_ >= 0 ? describe_end(reap()) : "has ended before";
  return failed_precondition(concat("the program ", how, ", without an answer to ", unanswered));
}

bool LineProgram::send_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0) return false;
    text.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

Result<std::string> LineProgram::ask(const std::string& line) {
  if (!send_all(line + '\n')) return ended(line);
  for (;;) {
    if (const size_t end = received_.find('\n'); end != std::string::npos) {
      std::string answer = received_.substr(0, end);
      received_.erase(0, end + 1);
      return answer;
    }
    char buffer[4096];
    const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return ended(line);
    received_.append(buffer, static_cast<size_t>(count));
  }
}

}  // namespace foldmill::simulation
