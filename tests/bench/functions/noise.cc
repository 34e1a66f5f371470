#include "tests/bench/functions/noise.h"

#include <cmath>
#include <numbers>

namespace foldmill::bench {
namespace {

constexpr uint64_t kGolden = 0x9E3779B97F4A7C15;
constexpr uint64_t kFirst = 0xBF58476D1CE4E5B9;
constexpr uint64_t kSecond = 0x94D049BB133111EB;

// SplitMix64's finaliser (Steele, Lea, Flood 2014).
uint64_t mix64(uint64_t z) {
  z = (z ^ (z >> 30)) * kFirst;
  z = (z ^ (z >> 27)) * kSecond;
  return z ^ (z >> 31);
}

double unit(uint64_t bits) { return (static_cast<double>(bits >> 11) + 0.5) * 0x1p-53; }

}  // namespace

double gauss(uint64_t seed, uint64_t trial, uint64_t event) {
  const uint64_t first = mix64((seed + 1) * kGolden + (trial + 1) * kFirst + event * kSecond);
  const uint64_t second = mix64(first + kGolden);
  return std::sqrt(-2 * std::log(unit(first))) * std::cos(2 * std::numbers::pi * unit(second));
}

double curve_loss(double loss, double learning_rate, uint64_t seed, uint64_t trial, int epoch) {
  const double decay = 0.10 + 0.20 * (std::log10(learning_rate) + 4) / (std::log10(8e-3) + 4);
  return loss + 0.08 * std::exp(-decay * epoch) +
         0.0005 * gauss(seed, trial, static_cast<uint64_t>(epoch));
}

double fold_loss(double loss, uint64_t seed, uint64_t trial, int fold) {
  constexpr uint64_t kEveryTrial = 1000000 - 1;
  const auto k = static_cast<uint64_t>(fold);
  return loss + 0.004 * gauss(seed, kEveryTrial, k + 1) + 0.0006 * gauss(seed, trial, 100 + k);
}

}  // namespace foldmill::bench
