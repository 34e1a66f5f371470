#pragma once

#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/learners/noise.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {

// What a denoising autoencoder's input suffers:
//   gaussian         N(0, noise_sigma) is added, in network units
//   salt_and_pepper  each pixel becomes black or white, with equal chance, with probability noise_p
//   mixture          each image suffers the one, the other, both or none, with equal chance
class Corruption {
 public:
  Corruption(const Knobs& knobs, const Normalization& normalization, uint64_t seed,
             torch::Device device);

  // From here on the noise of `epoch`; 0 is that of every validation pass.
  void begin_epoch(int64_t epoch) { noise_.begin_epoch(epoch); }

  // A noisy copy of `images` [n, …], whose places in the data set are `positions`; the same for the
  // same epoch in whatever batch they come.
  torch::Tensor apply(const torch::Tensor& images, const torch::Tensor& positions) const;

 private:
  enum class Kind { kGaussian, kSaltAndPepper, kMixture };
  static Kind parse_kind(const std::string& name);
  torch::Tensor gaussian(const torch::Tensor& positions, int64_t pixels) const;
  torch::Tensor salted(const torch::Tensor& images, const torch::Tensor& positions) const;

  Kind kind_;
  double sigma_, probability_;
  double black_, white_;  // in network units
  KeyedNoise noise_;
};

}  // namespace foldmill::trainer
