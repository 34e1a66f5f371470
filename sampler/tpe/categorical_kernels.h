#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/random.h"

namespace foldmill::sampler {

// The kernels of a categorical parameter (Aitchison and Aitken, "Multivariate binary discrimination
// by the kernel method", Biometrika 1976, in TPE's form): weight prior_weight / kernels for every
// choice and 1 more for the observed one, normalised; the prior, last, is uniform. Immutable.
class CategoricalKernels {
 public:
  // `observed` holds indices of choices.
  CategoricalKernels(size_t choices, std::span<const double> observed, double prior_weight);

  double sample(size_t kernel, Random& random) const;  // the index of a choice
  // Adds log k(internal) to each element of `row`, one per kernel.
  void add_log_densities(double internal, std::span<double> row) const;

 private:
  size_t choices_;
  std::vector<double> observed_;
  double other_weight_;  // before normalising; the observed choice weighs 1 more
  double log_observed_;
  double log_other_;
};

}  // namespace foldmill::sampler
