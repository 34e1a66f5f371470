#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

namespace foldmill::worker {

// The last lines a program printed, for the message that says why it ended. Lines are cut at
// `kMaxLine` bytes, so a program that prints without newlines costs no more than one that does.
class OutputTail {
 public:
  static constexpr size_t kMaxLines = 20;
  static constexpr size_t kMaxLine = 400;

  // `on_line` gets each line that is complete now, as far as it is kept.
  template <class OnLine>
  void add(std::string_view bytes, OnLine on_line) {
    for (const char c : bytes) {
      if (c == '\n') {
        on_line(std::as_const(line_));
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
