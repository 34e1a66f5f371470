#pragma once

#include <sys/types.h>

#include <string>
#include <utility>

#include "core/result.h"

namespace foldmill::bench {

// A program that answers each line on its standard input with one line on its standard output. It
// is started by the shell, and ends when its input is closed by the destructor, which waits for it.
class LineProgram {
 public:
  static Result<LineProgram> start(const std::string& command);
  LineProgram(LineProgram&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), pid_(std::exchange(other.pid_, -1)) {}
  LineProgram& operator=(LineProgram&&) = delete;
  ~LineProgram();

  // Fails when the program has ended.
  Result<std::string> ask(const std::string& line);

 private:
  LineProgram(int socket, pid_t pid) : socket_(socket), pid_(pid) {}
  Status send_all(std::string_view text);

  int socket_;
  pid_t pid_;
  std::string received_;  // after the last line that was returned
};

}  // namespace foldmill::bench
