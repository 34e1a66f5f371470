#include "worker/trainer/learners/gan_learner.h"

#include <utility>

#include "core/text.h"
#include "worker/trainer/learners/cross_entropy.h"
#include "worker/trainer/learners/descent_learner.h"
#include "worker/trainer/learners/mean_by.h"
#include "worker/trainer/learners/noise.h"

namespace foldmill::trainer {
namespace {

torch::Tensor cross_entropy(const torch::Tensor& chance, bool is_real,
                            const torch::Tensor& shares) {
  const torch::Tensor wanted = is_real ? torch::ones_like(chance) : torch::zeros_like(chance);
  if (!shares.defined()) return binary_cross_entropy(chance, wanted, at::Reduction::Mean);
  return mean_by(binary_cross_entropy(chance, wanted, at::Reduction::None).squeeze(1), shares);
}

}  // namespace

torch::Tensor discriminator_loss(const torch::Tensor& real, const torch::Tensor& generated,
                                 const torch::Tensor& shares) {
  return cross_entropy(real, true, shares) + cross_entropy(generated, false, shares);
}

torch::Tensor generator_loss(const torch::Tensor& generated, const torch::Tensor& shares) {
  return cross_entropy(generated, true, shares);
}

GanLearner::GanLearner(std::shared_ptr<Network> network, Descent generator, Descent discriminator,
                       std::shared_ptr<const FeatureNet> features, uint64_t seed)
    : network_(std::move(network)),
      generator_(std::move(generator)),
      discriminator_(std::move(discriminator)),
      features_(std::move(features)),
      seed_(seed) {}

void GanLearner::begin_epoch(int64_t epoch) {
  generator_.begin_epoch(epoch);
  discriminator_.begin_epoch(epoch);
  network_->train();
  seed_torch(seed_, epoch);
}

torch::Tensor GanLearner::generate(const torch::Tensor& like) {
  const torch::Tensor codes =
      torch::randn({like.size(0), network_->plan().latent_dim}, like.options());
  return network_->stack("generator").forward(codes);
}

void GanLearner::train(const Batch& batch, MetricSums& sums) {
  StackImpl& discriminator = network_->stack("discriminator");
  const torch::Tensor generated = generate(batch.images);
  const torch::Tensor d_loss = discriminator_loss(
      discriminator.forward(batch.images), discriminator.forward(generated.detach()), batch.shares);
  discriminator_.step(d_loss);
  const torch::Tensor g_loss = generator_loss(discriminator.forward(generated), batch.shares);
  generator_.step(g_loss);
  sums.add("d_loss", d_loss, batch);
  sums.add("g_loss", g_loss, batch);
}

void GanLearner::begin_validation() {
  network_->eval();
  seed_torch(seed_, 0);
  real_ = {};
  generated_ = {};
}

void GanLearner::validate(const Batch& batch, MetricSums& /*sums*/) {
  real_.add(features_->features(batch.images));
  generated_.add(features_->features(generate(batch.images)));
}

void GanLearner::end_validation(std::map<std::string, double>& metrics) {
  metrics["frechet_distance"] = frechet_distance(real_, generated_);
}

void GanLearner::read_step_from(const torch::Tensor& step, int64_t steps) {
  generator_.read_step_from(step, steps);
  discriminator_.read_step_from(step, steps);
}

NamedTensors GanLearner::state() {
  NamedTensors tensors = parameters_of(*network_, "network.");
  for (const auto& [name, tensor] : generator_.state())
    tensors.emplace_back(concat("generator_optimizer.", name), tensor);
  for (const auto& [name, tensor] : discriminator_.state())
    tensors.emplace_back(concat("discriminator_optimizer.", name), tensor);
  return tensors;
}

}  // namespace foldmill::trainer
