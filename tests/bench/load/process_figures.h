#pragma once

#include <sys/types.h>

#include <cstdint>

namespace foldmill::bench {

// What /proc says of a process.
struct ProcessFigures {
  double rss_mb = 0;
  double peak_rss_mb = 0;
  double cpu_seconds = 0;  // of all its threads, since it began
  int64_t descriptors = 0;
  int64_t threads = 0;
};

// All 0 for a process that is gone.
ProcessFigures figures_of(pid_t pid);

// Restricts the calling thread, and the threads and processes that it makes from now on, to one
// core; back again when it goes out of scope. Does nothing with core -1, or where there is only one
// core.
class OnCore {
 public:
  explicit OnCore(int core);
  ~OnCore();
  OnCore(const OnCore&) = delete;
  OnCore& operator=(const OnCore&) = delete;

 private:
  uint64_t before_ = 0;  // the first 64 cores, as bits
};

}  // namespace foldmill::bench
