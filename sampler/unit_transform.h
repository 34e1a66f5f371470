#pragma once

#include <optional>

#include "core/distribution.h"

namespace foldmill::sampler {

// The one map between a numeric parameter's internal values and the continuous range that policies
// reason on. The *scale* is the value itself, or its natural logarithm for a log parameter. A grid
// is widened by half a step at both ends (before taking logarithms), so that every member of the
// grid owns a cell and the cells fill the range.
class UnitTransform {
 public:
  // Nothing for a categorical parameter, whose values have no order.
  static std::optional<UnitTransform> of(const Distribution& distribution);

  double low() const { return scale_low_; }  // ends of the widened range, on the scale
  double high() const { return scale_high_; }
  double width() const { return scale_high_ - scale_low_; }
  bool stepped() const { return step_ > 0; }

  double to_scale(double internal) const;
  // The nearest member: off the logarithm, on the grid, inside the ends.
  double from_scale(double position) const;
  double from_unit(double unit) const { return from_scale(scale_low_ + unit * width()); }

  // Ends, on the scale, of the cell that a member of the grid owns. Stepped parameters only.
  double cell_low(double internal) const { return to_scale(internal - step_ / 2); }
  double cell_high(double internal) const { return to_scale(internal + step_ / 2); }

 private:
  UnitTransform(double low, double high, double step, bool log);

  double low_;
  double high_;
  double step_;  // 0: continuous
  bool log_;
  double scale_low_;
  double scale_high_;
};

}  // namespace foldmill::sampler
