#include "sampler/completed_values.h"

#include <algorithm>
#include <cmath>

namespace foldmill::sampler {

void CompletedValues::add(double value) {
  if (std::isnan(value))
    ++nans_;
  else
    values_.push_back(value);
}

std::span<const double> CompletedValues::ascending() const {
  if (ordered_ < values_.size()) {
    const auto added = values_.begin() + static_cast<std::ptrdiff_t>(ordered_);
    std::sort(added, values_.end());
    std::inplace_merge(values_.begin(), added, values_.end());
    ordered_ = values_.size();
  }
  return values_;
}

}  // namespace foldmill::sampler
