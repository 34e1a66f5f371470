#include "worker/trainer/protocol/line_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "worker/trainer/protocol/messages.h"

namespace foldmill::trainer {

LineSocket::~LineSocket() { ::close(fd_); }

std::optional<std::string> LineSocket::read_line() {
  size_t searched = 0;
  while (true) {
    if (const size_t end = buffer_.find('\n', searched); end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    searched = buffer_.size();
    if (searched > kLongestLine) return std::nullopt;
    std::array<char, 65536> piece;
    const ssize_t got = ::recv(fd_, piece.data(), piece.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    buffer_.append(piece.data(), static_cast<size_t>(got));
  }
}

bool LineSocket::write_line(const std::string& line) {
  const std::string ended = line + '\n';
  std::string_view left(ended);
  while (!left.empty()) {
    const ssize_t sent = ::send(fd_, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    left.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void LineSocket::close_reading() { ::shutdown(fd_, SHUT_RD); }

}  // namespace foldmill::trainer
