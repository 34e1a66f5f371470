#pragma once

namespace foldmill::sampler::gp {

// Logarithm of the expected improvement E[max(Y - threshold, 0)], Y ~ N(mean, deviation^2), with
// its derivatives.
struct LogImprovement {
  double value;
  double by_mean;
  double by_deviation;
};

// Needs deviation > 0. Accurate to about 1e-8 however unlikely an improvement is, where the
// expected improvement itself would round to 0 and its gradient vanish (Ament, Daulton, Eriksson,
// Balandat, Bakshy, "Unexpected improvements to expected improvement for Bayesian optimization",
// NeurIPS 2023).
LogImprovement log_expected_improvement(double mean, double deviation, double threshold);

}  // namespace foldmill::sampler::gp
