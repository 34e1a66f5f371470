#include "sampler/unit_transform.h"

#include <algorithm>
#include <cmath>

namespace foldmill::sampler {

std::optional<UnitTransform> UnitTransform::of(const Distribution& distribution) {
  if (const FloatDistribution* real = distribution.as_float())
    return UnitTransform(real->low, real->high, real->step.value_or(0), real->log);
  if (const IntDistribution* integer = distribution.as_int())
    return UnitTransform(static_cast<double>(integer->low), static_cast<double>(integer->high),
                         static_cast<double>(integer->step), integer->log);
  return std::nullopt;
}

UnitTransform::UnitTransform(double low, double high, double step, bool log)
    : low_(low),
      high_(high),
      step_(step),
      log_(log),
      scale_low_(to_scale(low - step / 2)),
      scale_high_(to_scale(high + step / 2)) {}

double UnitTransform::to_scale(double internal) const {
  return log_ ? std::log(internal) : internal;
}

double UnitTransform::from_scale(double position) const {
  double value = log_ ? std::exp(position) : position;
  if (stepped()) value = low_ + std::round((value - low_) / step_) * step_;
  return std::clamp(value, low_, high_);
}

}  // namespace foldmill::sampler
