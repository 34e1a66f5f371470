#include "sampler/internal_range.h"

namespace foldmill::sampler {

InternalRange internal_range(const Distribution& distribution) {
  if (const FloatDistribution* real = distribution.as_float()) return {real->low, real->high};
  if (const IntDistribution* integer = distribution.as_int())
    return {static_cast<double>(integer->low), static_cast<double>(integer->high)};
  return {0, static_cast<double>(distribution.as_categorical()->choices.size() - 1)};
}

}  // namespace foldmill::sampler
