#pragma once

#include <cstdint>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Random numbers that are functions of (seed, epoch, image, place) and of nothing else: neither of
// the batch an image came in, nor of what was drawn before, nor of the device. A hash of the
// counter by SplitMix64's finaliser (Steele, Lea, Flood 2014), in torch's own operations.
class KeyedNoise {
 public:
  explicit KeyedNoise(uint64_t seed) : seed_(seed) {}

  // [n, count] uniform in [0, 1), float32: row i belongs to image positions[i]. Other `stream`s are
  // independent.
  torch::Tensor uniform(const torch::Tensor& positions, int64_t epoch, int64_t count,
                        uint32_t stream) const;
  // [n, count] standard normal (Box-Muller); takes streams `stream` and `stream` + 1.
  torch::Tensor normal(const torch::Tensor& positions, int64_t epoch, int64_t count,
                       uint32_t stream) const;

 private:
  uint64_t seed_;
};

// Seeds torch's global generators, of dropout and latent samples, for an epoch; 0 is validation.
void seed_torch(uint64_t seed, int64_t epoch);

}  // namespace foldmill::trainer
