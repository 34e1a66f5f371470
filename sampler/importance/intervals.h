#pragma once

#include <vector>

namespace foldmill::sampler::importance {

// [low, high)
struct Interval {
  double low = 0;
  double high = 1;
  friend bool operator==(const Interval&, const Interval&) = default;
};

// A part of the unit axis: ascending, disjoint.
using Intervals = std::vector<Interval>;

double length(const Intervals& part);
Intervals intersection(const Intervals& a, const Intervals& b);
Intervals complement(const Intervals& part);  // within [0, 1)

}  // namespace foldmill::sampler::importance
