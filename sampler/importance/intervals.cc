#include "sampler/importance/intervals.h"

#include <algorithm>

namespace foldmill::sampler::importance {

double length(const Intervals& part) {
  double sum = 0;
  for (const Interval& interval : part) sum += interval.high - interval.low;
  return sum;
}

Intervals intersection(const Intervals& a, const Intervals& b) {
  Intervals both;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    const Interval common{std::max(i->low, j->low), std::min(i->high, j->high)};
    if (common.low < common.high) both.push_back(common);
    // The one that ends first has met all that it can meet.
    if (i->high < j->high)
      ++i;
    else
      ++j;
  }
  return both;
}

Intervals complement(const Intervals& part) {
  Intervals rest;
  double from = 0;
  for (const Interval& interval : part) {
    if (from < interval.low) rest.push_back({from, interval.low});
    from = interval.high;
  }
  if (from < 1) rest.push_back({from, 1});
  return rest;
}

}  // namespace foldmill::sampler::importance
