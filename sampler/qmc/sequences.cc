#include "sampler/qmc/sequences.h"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <numeric>
#include <span>

#include "core/random.h"

namespace foldmill::sampler {
namespace {

constexpr int kBits = 32;
using SobolEngine = boost::random::sobol_engine<uint32_t, kBits>;

uint64_t hash(uint64_t seed, size_t dimension, uint64_t place) {
  return derive_seed(seed, RandomPurpose::kScramble, TrialNumber(static_cast<int64_t>(dimension)),
                     FoldIndex(static_cast<int64_t>(place)));
}

uint32_t owen_scramble(uint32_t bits, uint64_t seed, size_t dimension) {
  uint32_t scrambled = 0;
  for (int bit = kBits - 1; bit >= 0; --bit) {
    // The bits before this one behind a leading 1, so that prefixes of different length differ.
    const uint64_t prefix = ((uint64_t{1} << kBits) | bits) >> (bit + 1);
    const auto flip = static_cast<uint32_t>(hash(seed, dimension, prefix) & 1);
    scrambled |= (((bits >> bit) & 1) ^ flip) << bit;
  }
  return scrambled;
}

std::vector<uint32_t> first_primes(size_t count) {
  std::vector<uint32_t> primes;
  for (uint32_t candidate = 2; primes.size() < count; ++candidate)
    if (std::none_of(primes.begin(), primes.end(),
                     [&](uint32_t prime) { return candidate % prime == 0; }))
      primes.push_back(candidate);
  return primes;
}

uint32_t permuted_digit(uint32_t digit, uint32_t base, uint64_t seed) {
  std::vector<uint32_t> digits(base);
  std::iota(digits.begin(), digits.end(), 0U);
  Random(seed).shuffle(std::span(digits));
  return digits[digit];
}

double radical_inverse(uint32_t index, uint32_t base, size_t dimension,
                       std::optional<uint64_t> seed) {
  constexpr double kFinest = 0x1p-40;
  double inverse = 0;
  double weight = 1.0 / base;
  for (uint64_t place = 0; weight > kFinest; ++place, weight /= base, index /= base) {
    const uint32_t digit = index % base;
    inverse += weight * (seed ? permuted_digit(digit, base, hash(*seed, dimension, place)) : digit);
  }
  return inverse + weight * base / 2;  // the centre of what the digits leave open
}

}  // namespace

std::vector<double> sobol_point(uint32_t index, size_t dimensions, std::optional<uint64_t> seed) {
  std::vector<uint32_t> bits(dimensions, 0);  // the first point, which the engine leaves out
  if (!seed) ++index;
  if (index > 0 && dimensions > 0) {
    SobolEngine engine(dimensions);
    engine.discard(uint64_t{index - 1} * dimensions);
    for (uint32_t& coordinate : bits) coordinate = engine();
  }
  std::vector<double> point;
  for (size_t d = 0; d < dimensions; ++d) {
    const uint32_t value = seed ? owen_scramble(bits[d], *seed, d) : bits[d];
    point.push_back((static_cast<double>(value) + 0.5) * 0x1p-32);
  }
  return point;
}

std::vector<double> halton_point(uint32_t index, size_t dimensions, std::optional<uint64_t> seed) {
  if (!seed) ++index;
  const std::vector<uint32_t> bases = first_primes(dimensions);
  std::vector<double> point;
  for (size_t d = 0; d < dimensions; ++d)
    point.push_back(radical_inverse(index, bases[d], d, seed));
  return point;
}

}  // namespace foldmill::sampler
