#pragma once

#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "core/distribution.h"
#include "core/random.h"
#include "sampler/tpe/categorical_kernels.h"
#include "sampler/tpe/continuous_kernels.h"
#include "sampler/tpe/stepped_kernels.h"

namespace foldmill::sampler {

// One parameter and what was observed of it: internal values inside its range, oldest first.
struct ObservedParameter {
  const Distribution* distribution = nullptr;
  std::vector<double> values;
};

// Internal values of several points in several dimensions, one dimension after the other.
struct PointBatch {
  PointBatch(size_t points, size_t dimensions) : count(points), values(points * dimensions) {}

  std::span<double> column(size_t dimension) { return {values.data() + dimension * count, count}; }
  std::span<const double> column(size_t dimension) const {
    return {values.data() + dimension * count, count};
  }

  size_t count;
  std::vector<double> values;
};

// A mixture over whole points: one component per observation, weighted, and the prior, last;
// a component is the product of its kernels over the parameters (Bergstra et al. 2011; Watanabe,
// "Tree-structured Parzen estimator: understanding its algorithm components", 2023, section 3.3).
// Without observations it is the prior alone. Immutable; safe from any thread.
class ParzenEstimator {
 public:
  // All parameters hold equally many values, value i of each from the same trial. Distributions are
  // read during construction only. `prior_weight` > 0. `weights`, if not empty, are those of the
  // observations in place of their ages'.
  ParzenEstimator(std::span<const ObservedParameter> parameters, double prior_weight,
                  std::vector<double> weights = {});

  PointBatch sample(size_t points, Random& random) const;
  // The joint log density (log probability, for discrete parameters) of each point.
  std::vector<double> log_density(const PointBatch& points) const;

 private:
  using Kernels = std::variant<ContinuousKernels, SteppedKernels, CategoricalKernels>;

  static Kernels make_kernels(const ObservedParameter& parameter, double prior_weight);
  size_t pick_component(Random& random) const;
  // Adds the log densities of one coordinate to `row`, one element per component.
  void add_log_densities(size_t dimension, double internal, MassTable& masses,
                         std::span<double> row) const;

  std::vector<Kernels> parameters_;
  std::vector<double> cumulative_weights_;
  std::vector<double> log_weights_;
};

}  // namespace foldmill::sampler
