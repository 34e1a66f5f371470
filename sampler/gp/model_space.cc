#include "sampler/gp/model_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foldmill::sampler::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kMiddle = 0.5;
// Of a number: in the middle, but off any grid, which tells it from one that takes part.
constexpr double kResting = kMiddle - 0x1p-30;
constexpr double kNoChoice = -1;  // where a categorical parameter rests

// The internal values of a stepped range: low + k * step.
struct Grid {
  double low;
  double step;
};

Grid grid_of(const Distribution& distribution) {
  if (const IntDistribution* integer = distribution.as_int())
    return {static_cast<double>(integer->low), static_cast<double>(integer->step)};
  if (const FloatDistribution* real = distribution.as_float())
    return {real->low, real->step.value_or(1)};
  return {0, 1};
}

}  // namespace

ModelSpace::ModelSpace(const SearchSpace& space, const ParameterSet& fixed)
    : space_(space), axis_of_(space.size()) {
  for (size_t index = 0; index < space.size(); ++index) {
    const SearchParameter& parameter = space.parameters()[index];
    if (parameter.distribution.is_single()) continue;
    Axis axis{index, UnitTransform::of(parameter.distribution),
              parameter.distribution.cardinality().value_or(0), std::nullopt, kResting};
    if (!axis.transform) axis.resting = kNoChoice;
    if (const ParameterValue* value = fixed.find(parameter.name))
      axis.fixed = parameter.distribution.to_internal(*value);
    axis_of_[index] = axes_.size();
    axes_.push_back(axis);
  }
}

std::vector<DimensionKind> ModelSpace::kinds() const {
  std::vector<DimensionKind> kinds;
  for (const Axis& axis : axes_)
    kinds.push_back(axis.transform ? DimensionKind::kNumeric : DimensionKind::kCategorical);
  return kinds;
}

double ModelSpace::coordinate_of_internal(const Axis& axis, double internal) const {
  if (!axis.transform) return internal;
  return (axis.transform->to_scale(internal) - axis.transform->low()) / axis.transform->width();
}

double ModelSpace::internal_of(const Axis& axis, double coordinate) const {
  if (!axis.transform)
    return std::clamp(std::round(coordinate), 0.0, static_cast<double>(axis.values - 1));
  const Distribution& range = distribution(axis);
  return *range.to_internal(range.from_internal(axis.transform->from_unit(coordinate)));
}

double ModelSpace::snapped(const Axis& axis, double coordinate) const {
  if (coordinate == kResting) coordinate = kMiddle;
  if (axis.values == 0) return std::clamp(coordinate, 0.0, 1.0);
  return coordinate_of_internal(axis, internal_of(axis, coordinate));
}

std::optional<VectorXd> ModelSpace::locate(const std::vector<double>& internal) const {
  VectorXd point(dimensions());
  for (Index d = 0; d < dimensions(); ++d) {
    const Axis& at = axis(d);
    const double value = at.parameter < internal.size() ? internal[at.parameter] : kNan;
    point[d] = std::isnan(value) ? at.resting : coordinate_of_internal(at, value);
    const double end = at.transform ? 1 : static_cast<double>(at.values - 1);
    const bool inside = point[d] >= 0 && point[d] <= end;
    if (!inside && !std::isnan(value)) return std::nullopt;
  }
  return point;
}

VectorXd ModelSpace::settle(const VectorXd& point) const {
  VectorXd settled(point.size());
  const bool conditional = space_.has_conditions();
  ParameterSet partial;
  for (size_t index : space_.sampling_order()) {
    const bool active = !conditional || space_.is_active(index, partial);
    const SearchParameter& parameter = space_.parameters()[index];
    double internal = grid_of(parameter.distribution).low;
    if (axis_of_[index]) {
      const Axis& axis = axes_[*axis_of_[index]];
      double& coordinate = settled[static_cast<Index>(*axis_of_[index])];
      coordinate = point[static_cast<Index>(*axis_of_[index])];
      coordinate = !active      ? axis.resting
                   : axis.fixed ? coordinate_of_internal(axis, *axis.fixed)
                                : snapped(axis, coordinate);
      internal = axis.fixed.value_or(conditional && active ? internal_of(axis, coordinate) : 0);
    }
    if (conditional && active)
      partial.set(parameter.name, parameter.distribution.from_internal(internal));
  }
  return settled;
}

VectorXd ModelSpace::from_cube(const VectorXd& cube) const {
  VectorXd point = cube;
  for (Index d = 0; d < dimensions(); ++d)
    if (categorical(d)) point[d] = std::floor(cube[d] * static_cast<double>(values_of(d)));
  return settle(point);
}

std::vector<double> ModelSpace::internal(const VectorXd& point) const {
  std::vector<double> internal(space_.size(), kNan);
  for (Index d = 0; d < dimensions(); ++d) {
    const Axis& at = axis(d);
    if (point[d] != at.resting)
      internal[at.parameter] = at.fixed.value_or(internal_of(at, point[d]));
  }
  return internal;
}

std::vector<Index> ModelSpace::free_dimensions(const VectorXd& point) const {
  std::vector<Index> free;
  for (Index d = 0; d < dimensions(); ++d)
    if (!axis(d).fixed && point[d] != axis(d).resting) free.push_back(d);
  return free;
}

double ModelSpace::coordinate_of(Index dimension, int64_t k) const {
  const Axis& at = axis(dimension);
  if (!at.transform) return static_cast<double>(k);
  const Grid grid = grid_of(distribution(at));
  const double internal = grid.low + static_cast<double>(k) * grid.step;
  return snapped(at, coordinate_of_internal(at, internal));
}

int64_t ModelSpace::nearest_value(Index dimension, double coordinate) const {
  const Axis& at = axis(dimension);
  const Grid grid = grid_of(distribution(at));
  return static_cast<int64_t>(std::llround((internal_of(at, coordinate) - grid.low) / grid.step));
}

}  // namespace foldmill::sampler::gp
