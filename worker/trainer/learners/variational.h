#pragma once

#include "worker/trainer/learners/criterion.h"
#include "worker/trainer/learners/reconstruction_loss.h"

namespace foldmill::trainer {

// What a variational autoencoder makes of images: the posterior's mean and the logarithm of its
// variance, both [n, latent_dim].
struct Posterior {
  torch::Tensor mean, log_variance;

  // mean + exp(log_variance / 2) * noise
  torch::Tensor sample(const torch::Tensor& noise) const;
  // KL(posterior || N(0, I)), summed over the code, mean over the images. `shares`: see Batch.
  torch::Tensor divergence(const torch::Tensor& shares = {}) const;
};

Posterior posterior_of(Network& network, const torch::Tensor& images);

// Variational autoencoder (Kingma, Welling: "Auto-encoding variational Bayes", ICLR 2014):
// loss = reconstruction + kl_weight * KL, both summed over an image, mean over the images.
class Variational final : public Criterion {
 public:
  Variational(ReconstructionLoss loss, double kl_weight) : loss_(loss), kl_weight_(kl_weight) {}

  // loss; validation adds reconstruction, kl and mse_unit. The noise of the code comes from torch's
  // global generator.
  Measures measure(Network& network, const Batch& batch, Pass pass) override;

 private:
  ReconstructionLoss loss_;
  double kl_weight_;
};

}  // namespace foldmill::trainer
