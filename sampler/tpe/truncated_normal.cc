#include "sampler/tpe/truncated_normal.h"

#include <algorithm>
#include <array>
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
  return -0.5 * x * x - kLogSqrt2Pi + std::log(sum / -x);
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

// Both ends at or left of 0, where neither Phi nor its logarithm loses anything, and far enough
// apart for their difference to keep all but a digit.
double left_tail_log_mass(double low, double high) {
  constexpr double kNothing = 40;  // exp(-40) of the mass right of it is less than rounding
  if (0.5 * (low - high) * (low + high) > kNothing) return log_normal_cdf(high);
  if (high > kFarTail) return std::log(normal_cdf(high) - normal_cdf(low));
  const double log_high = log_normal_cdf(high);
  return log_high + log_one_minus_exp(log_normal_cdf(low) - log_high);
}

constexpr double kLeastQuantile = -700;

using Coefficients = std::array<double, 8>;

double polynomial(const Coefficients& c, double x) {
  double sum = c[7];
  for (size_t i = 7; i-- > 0;) sum = sum * x + c[i];
  return sum;
}

// x such that Phi(x) = exp(log_probability), for kLeastQuantile <= log_probability <= log(1/2)
// (Wichura, "Algorithm AS 241: the percentage points of the normal distribution", 1988).
double quantile(double log_probability) {
  constexpr Coefficients kNearTop{3.3871328727963666080e0, 1.3314166789178437745e2,
                                  1.9715909503065514427e3, 1.3731693765509461125e4,
                                  4.5921953931549871457e4, 6.7265770927008700853e4,
                                  3.3430575583588128105e4, 2.5090809287301226727e3};
  constexpr Coefficients kNearBottom{1,
                                     4.2313330701600911252e1,
                                     6.8718700749205790830e2,
                                     5.3941960214247511077e3,
                                     2.1213794301586595867e4,
                                     3.9307895800092710610e4,
                                     2.8729085735721942674e4,
                                     5.2264952788528545610e3};
  constexpr Coefficients kTailTop{1.42343711074968357734e0,  4.63033784615654529590e0,
                                  5.76949722146069140550e0,  3.64784832476320460504e0,
                                  1.27045825245236838258e0,  2.41780725177450611770e-1,
                                  2.27238449892691845833e-2, 7.74545014278341407640e-4};
  constexpr Coefficients kTailBottom{1,
                                     2.05319162663775882187e0,
                                     1.67638483018380384940e0,
                                     6.89767334985100004550e-1,
                                     1.48103976427480074590e-1,
                                     1.51986665636164571966e-2,
                                     5.47593808499534494600e-4,
                                     1.05075007164441684324e-9};
  constexpr Coefficients kFarTop{6.65790464350110377720e0,  5.46378491116411436990e0,
                                 1.78482653991729133580e0,  2.96560571828504891230e-1,
                                 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                 2.71155556874348757815e-5, 2.01033439929228813265e-7};
  constexpr Coefficients kFarBottom{1,
                                    5.99832206555887937690e-1,
                                    1.36929880922735805310e-1,
                                    1.48753612908506148525e-2,
                                    7.86869131145613259100e-4,
                                    1.84631831751005468180e-5,
                                    1.42151175831644588870e-7,
                                    2.04426310338993978564e-15};
  const double off = std::exp(log_probability) - 0.5;
  if (off >= -0.425) {
    const double r = 0.180625 - off * off;
    return off * polynomial(kNearTop, r) / polynomial(kNearBottom, r);
  }
  const double r = std::sqrt(-log_probability);
  if (r <= 5) return -polynomial(kTailTop, r - 1.6) / polynomial(kTailBottom, r - 1.6);
  return -polynomial(kFarTop, r - 5) / polynomial(kFarBottom, r - 5);
}

// low <= 0 <= high: the probabilities themselves keep their digits, no logarithms needed.
double quantile_around_zero(double probability, double low, double high) {
  const double left = normal_cdf(low);
  const double right = normal_cdf(-high);
  const double mass = 1 - left - right;
  const double below = left + probability * mass;
  const double above = right + (1 - probability) * mass;
  if (below <= 0) return low;
  if (above <= 0) return high;
  const double tail = std::log(std::min({below, above, 0.5}));
  const double x = inverse_log_normal_cdf(tail);
  return std::clamp(below <= above ? x : -x, low, high);
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
  if (log_probability >= kLeastQuantile) return quantile(log_probability);
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
  if (low <= 0 && high >= 0) return quantile_around_zero(probability, low, high);
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
