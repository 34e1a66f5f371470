#include "tests/bench/functions/continuous.h"

#include <array>
#include <cmath>
#include <numbers>

namespace foldmill::bench {
namespace {

constexpr double kPi = std::numbers::pi;

template <size_t N>
using Rows = std::array<std::array<double, N>, 4>;

constexpr Rows<3> kSlopes3{{{3, 10, 30}, {0.1, 10, 35}, {3, 10, 30}, {0.1, 10, 35}}};
constexpr Rows<3> kCentres3{{{0.3689, 0.1170, 0.2673},
                             {0.4699, 0.4387, 0.7470},
                             {0.1091, 0.8732, 0.5547},
                             {0.0381, 0.5743, 0.8828}}};
constexpr Rows<6> kSlopes6{{{10, 3, 17, 3.5, 1.7, 8},
                            {0.05, 10, 17, 0.1, 8, 14},
                            {3, 3.5, 1.7, 10, 17, 8},
                            {17, 8, 0.05, 10, 0.1, 14}}};
constexpr Rows<6> kCentres6{{{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                             {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                             {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                             {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}}};

// Four bumps of different depth (Dixon and Szego 1978).
template <size_t N>
double hartmann(std::span<const double> x, const Rows<N>& slopes, const Rows<N>& centres) {
  constexpr std::array<double, 4> kDepths{1, 1.2, 3, 3.2};
  double sum = 0;
  for (size_t i = 0; i < kDepths.size(); ++i) {
    double distance = 0;
    for (size_t j = 0; j < N; ++j)
      distance += slopes[i][j] * (x[j] - centres[i][j]) * (x[j] - centres[i][j]);
    sum += kDepths[i] * std::exp(-distance);
  }
  return -sum;
}

}  // namespace

double sphere(std::span<const double> x) {
  double sum = 0;
  for (double value : x) sum += value * value;
  return sum;
}

double branin(std::span<const double> x) {
  const double valley = x[1] - 5.1 / (4 * kPi * kPi) * x[0] * x[0] + 5 / kPi * x[0] - 6;
  return valley * valley + 10 * (1 - 1 / (8 * kPi)) * std::cos(x[0]) + 10;
}

double hartmann3(std::span<const double> x) { return hartmann(x, kSlopes3, kCentres3); }

double hartmann6(std::span<const double> x) { return hartmann(x, kSlopes6, kCentres6); }

double rosenbrock(std::span<const double> x) {
  double sum = 0;
  for (size_t i = 0; i + 1 < x.size(); ++i) {
    const double valley = x[i + 1] - x[i] * x[i];
    sum += 100 * valley * valley + (1 - x[i]) * (1 - x[i]);
  }
  return sum;
}

double ackley(std::span<const double> x) {
  const double count = static_cast<double>(x.size());
  double squares = 0, waves = 0;
  for (double value : x) {
    squares += value * value;
    waves += std::cos(2 * kPi * value);
  }
  return -20 * std::exp(-0.2 * std::sqrt(squares / count)) - std::exp(waves / count) + 20 +
         std::numbers::e;
}

double rastrigin(std::span<const double> x) {
  double sum = 10 * static_cast<double>(x.size());
  for (double value : x) sum += value * value - 10 * std::cos(2 * kPi * value);
  return sum;
}

double styblinski(std::span<const double> x) {
  double sum = 0;
  for (double value : x) sum += (value * value - 16) * value * value + 5 * value;
  return sum / 2;
}

}  // namespace foldmill::bench
