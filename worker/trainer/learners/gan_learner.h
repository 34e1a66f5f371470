#pragma once

#include <memory>

#include "worker/trainer/learners/descent.h"
#include "worker/trainer/learners/feature_net.h"
#include "worker/trainer/learners/frechet.h"
#include "worker/trainer/learners/learner.h"

namespace foldmill::trainer {

// Generative adversarial networks (Goodfellow et al. 2014), both losses binary cross-entropies: the
// discriminator against real and generated images, the generator (non-saturating) against the
// discriminator. Each step moves the discriminator first. Reports d_loss (the sum of its two
// halves) and g_loss; validation reports frechet_distance between as many generated images as there
// are validation images, and those.
class GanLearner final : public Learner {
 public:
  // `seed` is that of the codes and of dropout. `features` may be null if nothing is validated.
  GanLearner(std::shared_ptr<Network> network, Descent generator, Descent discriminator,
             std::shared_ptr<const FeatureNet> features, uint64_t seed);

  const Network& network() const override { return *network_; }
  void begin_epoch(int64_t epoch) override;
  void train(const Batch& batch, MetricSums& sums) override;
  void begin_validation() override;
  void validate(const Batch& batch, MetricSums& sums) override;
  void end_validation(std::map<std::string, double>& metrics) override;
  void read_step_from(const torch::Tensor& step, int64_t steps) override;
  NamedTensors state() override;

 private:
  torch::Tensor generate(const torch::Tensor& like);

  std::shared_ptr<Network> network_;
  Descent generator_, discriminator_;
  std::shared_ptr<const FeatureNet> features_;
  uint64_t seed_;
  FeatureStatistics real_, generated_;
};

// The losses of one step, apart so that they can be compared with PyTorch's. `real` and `generated`
// are what the discriminator says of images: [n, 1] between 0 and 1. `shares`: see Batch.
torch::Tensor discriminator_loss(const torch::Tensor& real, const torch::Tensor& generated,
                                 const torch::Tensor& shares = {});
torch::Tensor generator_loss(const torch::Tensor& generated, const torch::Tensor& shares = {});

}  // namespace foldmill::trainer
