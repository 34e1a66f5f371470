#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace foldmill::worker {

// Cuts a stream of bytes into lines and never holds more than `limit` bytes of an unfinished one.
class LineBuffer {
 public:
  explicit LineBuffer(size_t limit) : limit_(limit) {}

  // The lines that `bytes` complete, without their newline. A line longer than the limit sets
  // overflowed(); from then on everything is thrown away, since the stream has lost its meaning.
  std::vector<std::string> take(std::string_view bytes);

  bool overflowed() const { return overflowed_; }
  // What stands after the last newline.
  const std::string& rest() const { return partial_; }

 private:
  size_t limit_;
  std::string partial_;
  bool overflowed_ = false;
};

}  // namespace foldmill::worker
