#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/study.h"

namespace foldmill {

// The objective metric of one fold by epoch, without gaps, from epoch 1. Values may be NaN.
class LearningCurve {
 public:
  int64_t last_epoch() const { return static_cast<int64_t>(values_.size()); }
  bool empty() const { return values_.empty(); }
  std::optional<double> at(int64_t epoch) const;  // nothing outside 1 … last_epoch()
  const std::vector<double>& values() const { return values_; }

  void append(double value) { values_.push_back(value); }
  // Forgets everything after `epoch`: a new attempt starts there again.
  void truncate(int64_t epoch);

  // Best over all epochs so far, NaN left out; NaN when nothing else is there.
  double best(Direction direction) const;
  // The epoch that the fold's value is of: the first of equally good ones; 0 for an empty curve.
  int64_t taken_epoch(Take take, Direction direction) const;
  // The fold's value; NaN for an empty curve.
  double take(Take take, Direction direction) const;

 private:
  std::vector<double> values_;
};

}  // namespace foldmill
