#include "sampler/tpe/truncated_normal.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace foldmill::sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kInverseSqrt2 = 1 / std::numbers::sqrt2;
// Below this the asymptotic series is exact to rounding, and erfc is still far from underflow.
constexpr double kFarTail = -20;
// Intervals narrower than this, in units of the density's own scale, are integrated by series.
constexpr double kNarrow = 0.1;

double normal_cdf(double x) { return 0.5 * std::erfc(-x * kInverseSqrt2); }

// log Phi(x) = -x^2/2 - log(-x) - log sqrt(2 pi) + log(1 - 1/x^2 + 3/x^4 - 15/x^6 + ...)
// (Abramowitz and Stegun 26.2.12).
double far_tail_log_cdf(double x) {
  const double inverse_square = 1 / (x * x);
  double term = 1;
  double sum = 1;
  for (int k = 1; k <= 8; ++k) {
    term *= -(2 * k - 1) * inverse_square;
    sum += term;
  }
  return -0.5 * x * x - std::log(-x) - kLogSqrt2Pi + std::log(sum);
}

// log(1 - exp(x)), x < 0 (Maechler, "Accurately computing log(1 - exp(-|a|))", 2012).
double log_one_minus_exp(double x) {
  return x > -std::numbers::ln2 ? std::log(-std::expm1(x)) : std::log1p(-std::exp(x));
}

double log_add_exp(double a, double b) {
  const double larger = std::max(a, b);
  if (larger == -kInfinity) return larger;
  return larger + std::log1p(std::exp(std::min(a, b) - larger));
}

// Taylor series of the density about the middle, integrated; the next term is below 1e-11. Cheaper
// than a difference of two tails, and free of its cancellation.
double narrow_log_mass(double middle, double width) {
  const double m2 = middle * middle;
  const double w2 = width * width;
  const double series = 1 + w2 * ((m2 - 1) / 24 + w2 * ((m2 - 6) * m2 + 3) / 1920);
  return -0.5 * m2 - kLogSqrt2Pi + std::log(width * series);
}

// Both ends at or left of 0, where log Phi loses nothing.
double left_tail_log_mass(double low, double high) {
  const double log_high = log_normal_cdf(high);
  return log_high + log_one_minus_exp(log_normal_cdf(low) - log_high);
}

}  // namespace

double log_normal_cdf(double x) {
  if (x < kFarTail) return x == -kInfinity ? -kInfinity : far_tail_log_cdf(x);
  return x > 0 ? std::log1p(-normal_cdf(-x)) : std::log(normal_cdf(x));
}

double log_normal_mass(double low, double high) {
  if (!(low < high)) return -kInfinity;
  const double middle = 0.5 * (low + high);
  if ((high - low) * std::max(1.0, std::abs(middle)) < kNarrow)
    return narrow_log_mass(middle, high - low);
  if (high <= 0) return left_tail_log_mass(low, high);
  if (low >= 0) return left_tail_log_mass(-high, -low);
  return std::log1p(-normal_cdf(low) - normal_cdf(-high));
}

double inverse_log_normal_cdf(double log_probability) {
  // Phi(x) <= exp(-x^2/2) / 2 left of 0, so this start lies left of the root; and log Phi is
  // concave, so Newton's method climbs from there without ever passing it.
  double x = -std::sqrt(std::max(0.0, -2 * (log_probability + std::numbers::ln2)));
  for (int iteration = 0; iteration < 50; ++iteration) {
    const double log_cdf = log_normal_cdf(x);
    const double slope = std::exp(-0.5 * x * x - kLogSqrt2Pi - log_cdf);
    const double change = (log_probability - log_cdf) / slope;
    x += change;
    if (!(std::abs(change) > 1e-14 * std::abs(x))) break;
  }
  return x;
}

double truncated_normal_quantile(double probability, double low, double high) {
  const double log_mass = log_normal_mass(low, high);
  const double below = log_add_exp(log_normal_cdf(low), std::log(probability) + log_mass);
  const double above = log_add_exp(log_normal_cdf(-high), std::log1p(-probability) + log_mass);
  // The smaller of the two tails is the one that still has all its digits.
  const double x = below <= above ? inverse_log_normal_cdf(std::min(below, -std::numbers::ln2))
                                  : -inverse_log_normal_cdf(std::min(above, -std::numbers::ln2));
  return std::clamp(x, low, high);
}

double sample_truncated_normal(double mu, double sigma, double low, double high, Random& random) {
  const double z =
      truncated_normal_quantile(random.uniform(), (low - mu) / sigma, (high - mu) / sigma);
  return std::clamp(mu + sigma * z, low, high);
}

}  // namespace foldmill::sampler
