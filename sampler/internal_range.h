#pragma once

#include "core/distribution.h"

namespace foldmill::sampler {

// The internal values (core/distribution.h) that a parameter can have today. Old trials may have
// others, or NaN.
struct InternalRange {
  double low;
  double high;
  bool contains(double internal) const { return internal >= low && internal <= high; }
};

InternalRange internal_range(const Distribution& distribution);

}  // namespace foldmill::sampler
