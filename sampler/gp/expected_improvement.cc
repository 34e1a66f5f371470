#include "sampler/gp/expected_improvement.h"

#include <cmath>

#include "sampler/tpe/truncated_normal.h"

namespace foldmill::sampler::gp {
namespace {

// Left of this, phi(z) + z Phi(z) loses more than eight digits to cancellation, and its asymptotic
// series less.
constexpr double kFarTail = -25;

// h(z) = phi(z) + z Phi(z), and the ratios that its derivatives are made of.
struct UnitImprovement {
  double log_h;
  double cdf_by_h;
  double density_by_h;
};

double log_density(double z) { return -0.5 * z * z - kLogSqrt2Pi; }

// Phi and h divided by phi, as series in 1/z^2 (Abramowitz and Stegun 26.2.12).
UnitImprovement far_tail(double z) {
  const double w = 1 / (z * z);
  const double cdf = (1 + w * (-1 + w * (3 + w * (-15 + w * 105)))) / -z;
  const double h = w * (1 + w * (-3 + w * (15 + w * (-105 + w * 945))));
  return {log_density(z) + std::log(h), cdf / h, 1 / h};
}

UnitImprovement unit_improvement(double z) {
  if (z < kFarTail) return far_tail(z);
  const double log_phi = log_density(z);
  const double log_cdf = log_normal_cdf(z);
  const double log_h = z > -1 ? std::log(std::exp(log_phi) + z * std::exp(log_cdf))
                              : log_phi + std::log(-std::expm1(std::log(-z) + log_cdf - log_phi));
  return {log_h, std::exp(log_cdf - log_h), std::exp(log_phi - log_h)};
}

}  // namespace

LogImprovement log_expected_improvement(double mean, double deviation, double threshold) {
  const UnitImprovement unit = unit_improvement((mean - threshold) / deviation);
  return {std::log(deviation) + unit.log_h, unit.cdf_by_h / deviation,
          unit.density_by_h / deviation};
}

}  // namespace foldmill::sampler::gp
