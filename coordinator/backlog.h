#pragma once

#include <cstddef>

namespace foldmill::coordinator {

// How much was taken in and is not answered yet, in messages and in bytes as they came. On control.
//
// It is full from either limit on. Whoever fills it looks before it takes in more, so it holds at
// most one message beyond the limit of bytes for each that may do so at once.
class Backlog {
 public:
  struct Limits {
    size_t messages;
    size_t bytes;
  };
  explicit Backlog(Limits limits) : limits_(limits) {}

  void add(size_t bytes) {
    ++messages_;
    bytes_ += bytes;
  }
  // One message, of as many bytes as when it was added.
  void remove(size_t bytes) {
    --messages_;
    bytes_ -= bytes;
  }

  // Or holds so many times that.
  bool full(size_t times = 1) const {
    return messages_ >= times * limits_.messages || bytes_ >= times * limits_.bytes;
  }
  size_t messages() const { return messages_; }

 private:
  Limits limits_;
  size_t messages_ = 0;
  size_t bytes_ = 0;
};

}  // namespace foldmill::coordinator
