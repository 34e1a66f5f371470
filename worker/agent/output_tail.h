#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace foldmill::worker {

// The last lines a program printed, for the message that says why it ended. Lines are cut at
// `kMaxLine` bytes, so a program that prints without newlines costs no more than one that does.
class OutputTail {
 public:
  static constexpr size_t kMaxLines = 20;
  static constexpr size_t kMaxLine = 400;

  void add(std::string_view bytes) {
    for (const char c : bytes) {
      if (c == '\n') {
        finish_line();
      } else if (line_.size() < kMaxLine) {
        line_ += c;
      }
    }
  }

  // At most `count` lines, oldest first, joined by newlines.
  std::string last(size_t count) const {
    std::deque<std::string> lines = lines_;
    if (!line_.empty()) lines.push_back(line_);
    while (lines.size() > count) lines.pop_front();
    std::string text;
    for (const std::string& line : lines) text += text.empty() ? line : "\n" + line;
    return text;
  }

 private:
  void finish_line() {
    if (!line_.empty()) lines_.push_back(std::move(line_));
    line_.clear();
    if (lines_.size() > kMaxLines) lines_.pop_front();
  }

  std::deque<std::string> lines_;
  std::string line_;
};

}  // namespace foldmill::worker
