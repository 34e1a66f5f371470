#include "coordinator/simulation/functions/noise.h"

#include <cmath>
#include <numbers>

namespace foldmill::simulation {
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

namespace {

double epoch_noise(uint64_t seed, uint64_t trial, uint64_t event) {
  return 0.0005 * gauss(seed, trial, event);
}

// What is left to learn after `epoch`.
double excess(double decay, int epoch) { return 0.08 * std::exp(-decay * epoch); }

}  // namespace

double decay_rate(double learning_rate) {
  return 0.10 + 0.20 * (std::log10(learning_rate) + 4) / (std::log10(8e-3) + 4);
}

double curve_loss(double loss, double learning_rate, uint64_t seed, uint64_t trial, int epoch) {
  return loss + excess(decay_rate(learning_rate), epoch) +
         epoch_noise(seed, trial, static_cast<uint64_t>(epoch));
}

double fold_loss(double loss, uint64_t seed, uint64_t trial, int fold) {
  constexpr uint64_t kEveryTrial = 1000000 - 1;
  const auto k = static_cast<uint64_t>(fold);
  return loss + 0.004 * gauss(seed, kEveryTrial, k + 1) + 0.0006 * gauss(seed, trial, 100 + k);
}

double fold_curve_loss(double loss, double decay, uint64_t seed, uint64_t trial, int fold,
                       int epoch) {
  constexpr uint64_t kMostEpochs = 1000000;
  const uint64_t event =
      kMostEpochs * static_cast<uint64_t>(fold + 1) + static_cast<uint64_t>(epoch);
  return fold_loss(loss, seed, trial, fold) + excess(decay, epoch) +
         epoch_noise(seed, trial, event);
}

}  // namespace foldmill::simulation
