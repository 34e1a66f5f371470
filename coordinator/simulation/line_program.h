#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/result.h"

namespace foldmill::simulation {

// A program that answers each line on its standard input with one line on its standard output. It
// is started by the shell. The destructor closes its input, by which it should end; one that does
// not within a second is killed.
class LineProgram {
 public:
  static Result<LineProgram> start(const std::string& command);
  LineProgram(LineProgram&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), pid_(std::exchange(other.pid_, -1)) {}
  LineProgram& operator=(LineProgram&&) = delete;
  ~LineProgram();

  // Waits for the answer. failed_precondition: the program has ended, and how.
  Result<std::string> ask(const std::string& line);

 private:
  LineProgram(int socket, pid_t pid) : socket_(socket), pid_(pid) {}
  bool send_all(std::string_view text);
  Status ended(const std::string& unanswered);
  int reap();  // its wait status

  int socket_;
  pid_t pid_;             // -1: reaped, or moved away
  std::string received_;  // after the last line that was returned
};

}  // namespace foldmill::simulation
