#include "sampler/qmc/sequences.h"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <numeric>
#include <span>

#include "core/random.h"
#include "sampler/sobol.h"

namespace foldmill::sampler {
namespace {

using SobolEngine = boost::random::sobol_engine<uint32_t, 32>;

uint64_t hash(uint64_t seed, size_t dimension, uint64_t place) {
  return derive_seed(seed, RandomPurpose::kScramble, TrialNumber(static_cast<int64_t>(dimension)),
                     FoldIndex(static_cast<int64_t>(place)));
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

std::vector<double> plain_sobol_point(uint32_t index, size_t dimensions) {
  SobolEngine engine(dimensions);  // leaves out the corner, its first point
  engine.discard(uint64_t{index} * dimensions);
  std::vector<double> point(dimensions);
  for (double& coordinate : point) coordinate = (static_cast<double>(engine()) + 0.5) * 0x1p-32;
  return point;
}

}  // namespace

std::vector<double> sobol_point(uint32_t index, size_t dimensions, std::optional<uint64_t> seed) {
  if (dimensions == 0) return {};
  if (!seed) return plain_sobol_point(index, dimensions);
  std::vector<double> point(dimensions);
  ScrambledSobol sequence(dimensions, Random(*seed, RandomPurpose::kScramble));
  sequence.skip(index);
  sequence.next(point);
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
