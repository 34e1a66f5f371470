#include "tests/history/log.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace foldmill::history {

Time Log::now() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

Log::Entry Log::begin(Operation operation) {
  operation.answer = Answer::kNone;
  operation.begin = now();
  operation.end = kNever;
  const std::lock_guard lock(mutex_);
  operations_.push_back(std::move(operation));
  return operations_.size() - 1;
}

void Log::answered(Entry entry, Answer answer) {
  const Time end = now();
  const std::lock_guard lock(mutex_);
  operations_[entry].answer = answer;
  operations_[entry].end = end;
}

void Log::received(Operation operation, Time since) {
  operation.answer = Answer::kDone;
  operation.begin = since;
  operation.end = now();
  const std::lock_guard lock(mutex_);
  operations_.push_back(std::move(operation));
}

std::vector<Operation> Log::with(std::vector<Operation> reads) const {
  const std::lock_guard lock(mutex_);
  std::vector<Operation> all = operations_;
  for (Operation& read : reads) {
    read.answer = Answer::kDone;
    read.begin = read.end = now();
    all.push_back(std::move(read));
  }
  return all;
}

size_t Log::answers() const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::count_if(operations_.begin(), operations_.end(),
                    [](const Operation& operation) { return operation.answer != Answer::kNone; }));
}

}  // namespace foldmill::history
