#include "sampler/tpe/continuous_kernels.h"

#include <cmath>

#include "sampler/tpe/kernel_shapes.h"
#include "sampler/tpe/truncated_normal.h"

namespace foldmill::sampler {

ContinuousKernels::ContinuousKernels(const UnitTransform& transform,
                                     std::span<const double> observed)
    : transform_(transform) {
  KernelShapes shapes = kernel_shapes(transform, observed);
  mu_ = std::move(shapes.mu);
  sigma_ = std::move(shapes.sigma);
  inverse_sigma_.resize(mu_.size());
  log_height_.resize(mu_.size());
  for (size_t k = 0; k < mu_.size(); ++k) {
    inverse_sigma_[k] = 1 / sigma_[k];
    const double log_mass = log_normal_mass((transform.low() - mu_[k]) * inverse_sigma_[k],
                                            (transform.high() - mu_[k]) * inverse_sigma_[k]);
    log_height_[k] = -std::log(sigma_[k]) - kLogSqrt2Pi - log_mass;
  }
}

double ContinuousKernels::sample(size_t kernel, Random& random) const {
  return transform_.from_scale(sample_truncated_normal(
      mu_[kernel], sigma_[kernel], transform_.low(), transform_.high(), random));
}

void ContinuousKernels::add_log_densities(std::span<const double> internal,
                                          KernelMatrix& out) const {
  for (size_t point = 0; point < internal.size(); ++point) {
    const double position = transform_.to_scale(internal[point]);
    const std::span<double> row = out.row(point);
    for (size_t k = 0; k < mu_.size(); ++k) {
      const double z = (position - mu_[k]) * inverse_sigma_[k];
      row[k] += log_height_[k] - 0.5 * z * z;
    }
  }
}

}  // namespace foldmill::sampler
