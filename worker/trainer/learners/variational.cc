#include "worker/trainer/learners/variational.h"

#include "worker/trainer/learners/mean_by.h"

namespace foldmill::trainer {

torch::Tensor Posterior::sample(const torch::Tensor& noise) const {
  return mean + (log_variance * 0.5).exp() * noise;
}

torch::Tensor Posterior::divergence(const torch::Tensor& shares) const {
  const torch::Tensor doubled = mean.square() + log_variance.exp() - 1 - log_variance;
  if (!shares.defined()) return doubled.sum() * 0.5 / mean.size(0);
  return mean_by(doubled.sum(1), shares) * 0.5;
}

Posterior posterior_of(Network& network, const torch::Tensor& images) {
  const torch::Tensor features = network.stack("encoder").forward(images);
  return {network.stack("mu").forward(features), network.stack("log_var").forward(features)};
}

Measures Variational::measure(Network& network, const Batch& batch, Pass pass) {
  const Posterior posterior = posterior_of(network, batch.images);
  const torch::Tensor code = posterior.sample(torch::randn_like(posterior.mean));
  const torch::Tensor output = network.stack("decoder").forward(code);
  const torch::Tensor target = loss_.target(batch.images);
  const torch::Tensor reconstruction = loss_.mean_of_sums(output, target, batch.shares);
  const torch::Tensor divergence = posterior.divergence(batch.shares);
  Measures measures = {{"loss", reconstruction + kl_weight_ * divergence}};
  if (pass == Pass::kValidate) {
    measures.emplace_back("reconstruction", reconstruction);
    measures.emplace_back("kl", divergence);
    measures.emplace_back("mse_unit", loss_.unit_mse(output, target));
  }
  return measures;
}

}  // namespace foldmill::trainer
