#include "tests/bench/quality/line_program.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/text.h"

namespace foldmill::bench {

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
  if (pid_ < 0) return;
  close(socket_);
  waitpid(pid_, nullptr, 0);
}

Status LineProgram::send_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent < 0) return unavailable(concat("the program ended: ", std::strerror(errno)));
    text.remove_prefix(static_cast<size_t>(sent));
  }
  return ok_status();
}

Result<std::string> LineProgram::ask(const std::string& line) {
  FOLDMILL_RETURN_IF_ERROR(send_all(line + '\n'));
  for (;;) {
    if (const size_t end = received_.find('\n'); end != std::string::npos) {
      std::string answer = received_.substr(0, end);
      received_.erase(0, end + 1);
      return answer;
    }
    char buffer[4096];
    const ssize_t count = recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return unavailable(concat("the program ended without an answer to ", line));
    received_.append(buffer, static_cast<size_t>(count));
  }
}

}  // namespace foldmill::bench
