#include "sampler/tpe/continuous_kernels.h"

#include <cmath>

#include "sampler/tpe/kernel_shapes.h"
#include "sampler/tpe/truncated_normal.h"

namespace foldmill::sampler {
namespace {

// log_normal_mass, with nothing to compute where both ends are so far away that it is 0.
double log_mass_inside(double low, double high) {
  constexpr double kFar = 9;  // 1 - Phi(9) < 2e-19
  return low < -kFar && high > kFar ? 0 : log_normal_mass(low, high);
}

}  // namespace

ContinuousKernels::ContinuousKernels(const UnitTransform& transform,
                                     std::span<const double> observed)
    : transform_(transform) {
  KernelShapes shapes = kernel_shapes(transform, observed);
  mu_ = std::move(shapes.mu);
  sigma_ = std::move(shapes.sigma);
  inverse_sigma_.resize(mu_.size());
  log_height_.resize(mu_.size());
  double log_sigma = 0;
  for (size_t k = 0; k < mu_.size(); ++k) {
    if (k == 0 || sigma_[k] != sigma_[k - 1]) log_sigma = std::log(sigma_[k]);  // most are equal
    inverse_sigma_[k] = 1 / sigma_[k];
    log_height_[k] = -log_sigma - kLogSqrt2Pi -
                     log_mass_inside((transform.low() - mu_[k]) * inverse_sigma_[k],
                                     (transform.high() - mu_[k]) * inverse_sigma_[k]);
  }
}

double ContinuousKernels::sample(size_t kernel, Random& random) const {
  return transform_.from_scale(sample_truncated_normal(
      mu_[kernel], sigma_[kernel], transform_.low(), transform_.high(), random));
}

void ContinuousKernels::add_log_densities(double internal, std::span<double> row) const {
  const double position = transform_.to_scale(internal);
  for (size_t k = 0; k < mu_.size(); ++k) {
    const double z = (position - mu_[k]) * inverse_sigma_[k];
    row[k] += log_height_[k] - 0.5 * z * z;
  }
}

}  // namespace foldmill::sampler
