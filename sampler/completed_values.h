#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace foldmill::sampler {

// What completed trials reported at one fold and epoch. In order when asked for, so that a
// percentile of 10,000 trials is two reads: a pruner asks at every report, and trials complete
// much more seldom. Asking puts in order what came since the last time, so that reading a study
// of 10,000 trials from its database sorts once: of one thread, also where it is const.
class CompletedValues {
 public:
  // NaN is counted and has no place in the order.
  void add(double value);
  // Of the values added, NaN among them.
  size_t count() const { return values_.size() + nans_; }
  // Ascending, without NaN. Valid until the next add().
  std::span<const double> ascending() const;

 private:
  mutable std::vector<double> values_;
  mutable size_t ordered_ = 0;  // the first of values_ are in order
  size_t nans_ = 0;
};

}  // namespace foldmill::sampler
