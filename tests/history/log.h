#pragma once

#include <mutex>
#include <vector>

#include "tests/history/operation.h"

namespace foldmill::history {

// What all clients of a test did and were answered. Any thread.
class Log {
 public:
  using Entry = size_t;

  // An operation begins now; begin, end and answer of `operation` are set here.
  Entry begin(Operation operation);
  // It has its answer, now.
  void answered(Entry entry, Answer answer);
  // What the coordinator began, at some time since `since`, and the client sees now.
  void received(Operation operation, Time since);

  // All operations, and `reads` after them.
  std::vector<Operation> with(std::vector<Operation> reads) const;
  size_t answers() const;

  static Time now();

 private:
  mutable std::mutex mutex_;
  std::vector<Operation> operations_;
};

}  // namespace foldmill::history
