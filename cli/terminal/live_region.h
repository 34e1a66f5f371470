#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/terminal/terminal.h"

namespace foldmill::cli {

// A few lines at the bottom of a terminal that are drawn anew in place. Lines are cut to the width,
// so that each takes one row and the way back up is known. Not for streams that are no terminal.
class LiveRegion {
 public:
  static constexpr size_t kMostLines = 12;

  // `out` must outlive the region.
  LiveRegion(std::ostream& out, size_t columns) : out_(out), columns_(columns) {}
  ~LiveRegion() { clear(); }
  LiveRegion(const LiveRegion&) = delete;
  LiveRegion& operator=(const LiveRegion&) = delete;

  void draw(const std::vector<std::string>& lines);  // plain text: no escapes in it
  void clear();
  // A line that stays, above the region, which is drawn again below it.
  void print_above(const std::string& line);

 private:
  std::ostream& out_;
  size_t columns_;
  std::vector<std::string> shown_;
};

}  // namespace foldmill::cli
