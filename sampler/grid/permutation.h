#pragma once

#include <cstdint>

namespace foldmill::sampler {

// A permutation of 0 … size-1 that is computed, not stored: four Feistel rounds over the smallest
// even number of bits, walked along its cycle until the result is in range (Black, Rogaway:
// "Ciphers with arbitrary finite domains", CT-RSA 2002). The seed picks it.
class Permutation {
 public:
  // size: 1 to 2^62.
  Permutation(int64_t size, uint64_t seed);

  int64_t operator()(int64_t index) const;  // 0 <= index < size

 private:
  uint64_t encrypt(uint64_t value) const;

  uint64_t size_;
  uint64_t seed_;
  unsigned half_bits_ = 1;
};

}  // namespace foldmill::sampler
