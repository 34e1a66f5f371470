#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/random.h"
#include "sampler/tpe/mass_table.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler {

// The kernels of an integer or stepped parameter: the probability of a member of the grid is the
// mass that a truncated normal puts on its cell. On a small grid many observations share one shape
// and many candidates one cell, so masses are computed once per pair of different ones. Immutable.
class SteppedKernels {
 public:
  SteppedKernels(const UnitTransform& transform, std::span<const double> observed);

  double sample(size_t kernel, Random& random) const;  // an internal value
  // Adds log k(internal) to each element of `row`, one per kernel. `masses` is empty for the first
  // of a batch of points and keeps for the others what they share.
  void add_log_densities(double internal, MassTable& masses, std::span<double> row) const;

 private:
  struct Shape {
    double mu;
    double sigma;
    double log_mass;  // of the untruncated normal over the whole range
  };

  // Log probability of the cell of `internal`, per shape.
  std::vector<double> cell_log_masses(double internal) const;

  UnitTransform transform_;
  std::vector<Shape> shapes_;       // different ones, by first use
  std::vector<uint32_t> shape_of_;  // index into shapes_, per kernel
};

}  // namespace foldmill::sampler
