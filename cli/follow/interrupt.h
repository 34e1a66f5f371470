#pragma once

namespace foldmill::cli {

// While one lives, Ctrl-C and SIGTERM are counted instead of ending the program. One at a time.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  int count() const;
};

}  // namespace foldmill::cli
