#pragma once

#include <optional>
#include <string>

namespace foldmill::trainer {

// Lines over a connected stream socket that somebody else opened. One thread may read while another
// writes. Owns the descriptor.
class LineSocket {
 public:
  explicit LineSocket(int fd) : fd_(fd) {}
  LineSocket(const LineSocket&) = delete;
  LineSocket& operator=(const LineSocket&) = delete;
  ~LineSocket();

  // The next line without its line feed. Nothing at the end, on an error, and when a line is longer
  // than the protocol allows: there is nobody left to talk to.
  std::optional<std::string> read_line();
  // False when the other side is gone.
  bool write_line(const std::string& line);
  // Ends a read_line that waits, and all later ones.
  void close_reading();

 private:
  int fd_;
  std::string buffer_;
};

}  // namespace foldmill::trainer
