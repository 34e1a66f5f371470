#pragma once

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Mean and covariance of feature vectors that come in batches, in double precision on their device.
class FeatureStatistics {
 public:
  void add(const torch::Tensor& features);  // [n, d]

  int64_t count() const { return count_; }
  torch::Tensor mean() const;        // [d]
  torch::Tensor covariance() const;  // [d, d]; at least two vectors

 private:
  int64_t count_ = 0;
  torch::Tensor sum_, products_;
};

// The squared Fréchet distance between the Gaussians that fit two sets of features (Heusel et al.:
// "GANs trained by a two time-scale update rule converge to a local Nash equilibrium", NIPS 2017):
// |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)). 0 for equal statistics, NaN where one of them is not
// finite. Throws AttemptError (user_error) for fewer than two vectors.
double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b);

}  // namespace foldmill::trainer
