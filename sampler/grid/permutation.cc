#include "sampler/grid/permutation.h"

#include <bit>

#include "core/random.h"

namespace foldmill::sampler {

Permutation::Permutation(int64_t size, uint64_t seed)
    : size_(static_cast<uint64_t>(size)), seed_(seed) {
  const auto bits = static_cast<unsigned>(std::bit_width(size_ - 1));
  if (bits > 2) half_bits_ = (bits + 1) / 2;
}

uint64_t Permutation::encrypt(uint64_t value) const {
  constexpr int kRounds = 4;
  const uint64_t mask = (uint64_t{1} << half_bits_) - 1;
  uint64_t left = value >> half_bits_;
  uint64_t right = value & mask;
  for (int round = 0; round < kRounds; ++round) {
    const uint64_t mixed = derive_seed(seed_, RandomPurpose::kGridOrder,
                                       TrialNumber(static_cast<int64_t>(right)), FoldIndex(round));
    const uint64_t next = left ^ (mixed & mask);
    left = right;
    right = next;
  }
  return (left << half_bits_) | right;
}

int64_t Permutation::operator()(int64_t index) const {
  uint64_t value = encrypt(static_cast<uint64_t>(index));
  while (value >= size_) value = encrypt(value);
  return static_cast<int64_t>(value);
}

}  // namespace foldmill::sampler
