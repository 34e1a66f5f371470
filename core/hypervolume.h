#pragma once

#include <span>
#include <vector>

#include "core/pareto.h"

namespace foldmill {

// The volume of what is dominated by some of the points and dominates `reference`; exact. Points
// that are not better than the reference in every objective add nothing. All numbers are finite but
// for losses of +infinity, which are never better. Two objectives: a sweep, O(N log N); more:
// While, Bradstreet and Barone, "A fast way of calculating exact hypervolumes", 2012, exponential
// in the number of objectives at worst.
double hypervolume(std::span<const Losses> points, std::span<const double> reference);

}  // namespace foldmill
