#pragma once

#include <cstdint>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Random numbers that are functions of (seed, epoch, image, place) and of nothing else: neither of
// the batch an image came in, nor of what was drawn before, nor of the device. A hash of the
// counter by SplitMix64's finaliser (Steele, Lea, Flood 2014), in torch's own operations.
//
// What changes with the epoch lies on the device, always in the same place, so that a recorded step
// draws what belongs to the epoch in which it is repeated. A copy shares that place.
class KeyedNoise {
 public:
  static constexpr uint32_t kStreams = 4;

  KeyedNoise(uint64_t seed, torch::Device device);

  // What is drawn from here on belongs to `epoch`. Before the first draw.
  void begin_epoch(int64_t epoch);

  // [n, count] uniform in [0, 1), float32: row i belongs to image positions[i]. Other `stream`s,
  // below kStreams, are independent.
  torch::Tensor uniform(const torch::Tensor& positions, int64_t count, uint32_t stream) const;
  // [n, count] standard normal (Box-Muller); takes streams `stream` and `stream` + 1.
  torch::Tensor normal(const torch::Tensor& positions, int64_t count, uint32_t stream) const;

 private:
  uint64_t seed_;
  torch::Tensor keys_;  // [kStreams], int64
};

// Seeds torch's global generators, of dropout and latent samples, for an epoch; 0 is validation.
void seed_torch(uint64_t seed, int64_t epoch);

}  // namespace foldmill::trainer
