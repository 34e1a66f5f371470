#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "core/search_space.h"
#include "sampler/gp/matern_kernel.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler::gp {

// A search space as the model sees it: a coordinate for each parameter that has a choice. Numeric
// ones lie on the unit interval (UnitTransform), categorical ones are the choice's index.
//
// A parameter that is not active has its *resting* coordinate: the middle of the interval, or a
// choice of its own. So every trial is a point of one space, and two trials that both lack a
// parameter do not differ in it. What tells them from those that have it is its parent.
//
// Refers to `space`, which must outlive it.
class ModelSpace {
 public:
  // Values of `fixed` are part of every point that is searched.
  ModelSpace(const SearchSpace& space, const ParameterSet& fixed);

  Eigen::Index dimensions() const { return static_cast<Eigen::Index>(axes_.size()); }
  std::vector<DimensionKind> kinds() const;

  // A trial's point; nothing when one of its values lies outside today's range.
  std::optional<Eigen::VectorXd> locate(const std::vector<double>& internal) const;
  // The nearest point that can be tried: on the grids, fixed values kept, resting coordinates where
  // a condition does not hold, and the middle where one holds that did not before.
  Eigen::VectorXd settle(const Eigen::VectorXd& point) const;
  // Settled, from a point of the unit cube.
  Eigen::VectorXd from_cube(const Eigen::VectorXd& cube) const;
  // One value for each parameter of the space; NaN for those that rest or have no choice.
  std::vector<double> internal(const Eigen::VectorXd& point) const;

  // Dimensions of a settled point along which it may be moved.
  std::vector<Eigen::Index> free_dimensions(const Eigen::VectorXd& point) const;
  // How many values there are along a dimension; 0: any number.
  int64_t values_of(Eigen::Index dimension) const { return axis(dimension).values; }
  // The k-th of them, from 0.
  double coordinate_of(Eigen::Index dimension, int64_t k) const;
  int64_t nearest_value(Eigen::Index dimension, double coordinate) const;
  bool categorical(Eigen::Index dimension) const { return !axis(dimension).transform; }

 private:
  struct Axis {
    size_t parameter;                        // index in the space
    std::optional<UnitTransform> transform;  // nothing: categorical
    int64_t values;                          // 0: any number
    std::optional<double> fixed;             // internal value
    double resting;
  };

  const Axis& axis(Eigen::Index dimension) const { return axes_[static_cast<size_t>(dimension)]; }
  const Distribution& distribution(const Axis& axis) const {
    return space_.parameters()[axis.parameter].distribution;
  }
  double internal_of(const Axis& axis, double coordinate) const;
  double coordinate_of_internal(const Axis& axis, double internal) const;
  double snapped(const Axis& axis, double coordinate) const;

  const SearchSpace& space_;
  ParameterSet fixed_;
  std::vector<Axis> axes_;                      // in sampling order
  std::vector<std::optional<size_t>> axis_of_;  // by index in the space
};

}  // namespace foldmill::sampler::gp
