#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/random.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler {

// The kernels of a float parameter without step: normals truncated to the range, on the scale. The
// density of a log parameter is that of its logarithm; the Jacobian is left out, since it cancels
// between the two mixtures. Immutable.
class ContinuousKernels {
 public:
  ContinuousKernels(const UnitTransform& transform, std::span<const double> observed);

  double sample(size_t kernel, Random& random) const;  // an internal value
  // Adds log k(internal) to each element of `row`, one per kernel.
  void add_log_densities(double internal, std::span<double> row) const;

 private:
  UnitTransform transform_;
  std::vector<double> mu_;
  std::vector<double> sigma_;
  std::vector<double> inverse_sigma_;
  std::vector<double> log_height_;  // of the truncated density at mu
};

}  // namespace foldmill::sampler
