#pragma once

#include "core/random.h"

namespace foldmill::sampler {

// The normal distribution in logarithms, good in both tails, where the probabilities themselves
// would round to 0 or 1. Relative error of a logarithm about 1e-13; of a narrow
// interval's mass about 1e-11.

inline constexpr double kLogSqrt2Pi = 0.91893853320467274178;  // log(sqrt(2 pi))

// log Phi(x).
double log_normal_cdf(double x);

// log(Phi(high) - Phi(low)); -infinity unless low < high. Infinite ends are allowed.
double log_normal_mass(double low, double high);

// x such that log Phi(x) = log_probability, for log_probability <= log(1/2).
double inverse_log_normal_cdf(double log_probability);

// Quantile of the standard normal truncated to [low, high], low < high; 0 <= probability <= 1.
double truncated_normal_quantile(double probability, double low, double high);

// A normal of mean `mu` and deviation `sigma` > 0, truncated to [low, high]. `mu` may lie outside.
double sample_truncated_normal(double mu, double sigma, double low, double high, Random& random);

}  // namespace foldmill::sampler
