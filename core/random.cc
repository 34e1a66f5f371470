#include "core/random.h"

#include <cmath>
#include <numbers>

#include "core/check.h"

namespace foldmill {
namespace {

// The finaliser of SplitMix64.
uint64_t mix(uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::array<uint32_t, 4> philox_round(const std::array<uint32_t, 4>& counter,
                                     const std::array<uint32_t, 2>& key) {
  const uint64_t product0 = uint64_t{0xd2511f53} * counter[0];
  const uint64_t product1 = uint64_t{0xcd9e8d57} * counter[2];
  return {
      static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
      static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
}

}  // namespace

std::array<uint32_t, 4> philox4x32_10(std::array<uint32_t, 4> counter,
                                      std::array<uint32_t, 2> key) {
  constexpr int kRounds = 10;
  for (int round = 0; round < kRounds; ++round) {
    counter = philox_round(counter, key);
    key[0] += 0x9e3779b9;
    key[1] += 0xbb67ae85;
  }
  return counter;
}

uint64_t derive_seed(uint64_t study_seed, RandomPurpose purpose, TrialNumber trial,
                     FoldIndex fold) {
  uint64_t hash = mix(study_seed);
  hash = mix(hash ^ static_cast<uint64_t>(purpose));
  hash = mix(hash ^ static_cast<uint64_t>(trial.value));
  return mix(hash ^ static_cast<uint64_t>(fold.value));
}

Random::Random(uint64_t study_seed, RandomPurpose purpose, TrialNumber trial, FoldIndex fold)
    : Random(derive_seed(study_seed, purpose, trial, fold)) {}

void Random::refill() {
  buffer_ = philox4x32_10(
      {static_cast<uint32_t>(block_), static_cast<uint32_t>(block_ >> 32), 0, 0}, key_);
  ++block_;
  left_ = buffer_.size();
}

uint32_t Random::next_u32() {
  if (left_ == 0) refill();
  return buffer_[buffer_.size() - left_--];
}

uint64_t Random::next_u64() {
  const uint64_t low = next_u32();
  return low | (uint64_t{next_u32()} << 32);
}

double Random::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1p-53; }

double Random::uniform(double low, double high) {
  const double value = low + (high - low) * uniform();
  // Rounding can reach `high`, which is not ours to give, unless the range is a single point.
  return value < high ? value : std::nextafter(high, low);
}

uint64_t Random::below(uint64_t n) {
  FOLDMILL_CHECK(n >= 1, "there is no number below 0");
  // 2^64 mod n values too many: refusing the lowest makes every remainder equally likely.
  const uint64_t refused = (0 - n) % n;
  uint64_t value = next_u64();
  while (value < refused) value = next_u64();
  return value % n;
}

double Random::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));  // log of (0, 1]
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

}  // namespace foldmill
