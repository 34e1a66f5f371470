#include "cli/terminal/live_region.h"

#include <algorithm>

#include "cli/terminal/text_width.h"

namespace foldmill::cli {

void LiveRegion::draw(const std::vector<std::string>& lines) {
  clear();
  const size_t count = std::min(lines.size(), kMostLines);
  for (size_t i = 0; i < count; ++i) {
    // One column stays free: some terminals wrap when the last one is written.
    shown_.push_back(truncate_to(printable(lines[i]), columns_ - 1));
    out_ << shown_.back() << '\n';
  }
  out_.flush();
}

void LiveRegion::clear() {
  if (shown_.empty()) return;
  // To the first column too: Ctrl-C leaves "^C" before the cursor.
  out_ << "\r\x1b[" << shown_.size() << "A\x1b[J";
  out_.flush();
  shown_.clear();
}

void LiveRegion::print_above(const std::string& line) {
  const std::vector<std::string> kept = shown_;
  clear();
  out_ << line << '\n';
  draw(kept);
}

}  // namespace foldmill::cli
