#include "worker/agent/line_buffer.h"

#include <utility>

namespace foldmill::worker {

std::vector<std::string> LineBuffer::take(std::string_view bytes) {
  std::vector<std::string> lines;
  while (!overflowed_ && !bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, newline);
    if (partial_.size() + piece.size() > limit_) {
      overflowed_ = true;
      partial_.clear();
      break;
    }
    partial_ += piece;
    if (newline == std::string_view::npos) break;
    lines.push_back(std::exchange(partial_, {}));
    bytes.remove_prefix(newline + 1);
  }
  return lines;
}

}  // namespace foldmill::worker
