#pragma once

#include <memory>

#include "worker/trainer/learners/criterion.h"
#include "worker/trainer/learners/descent.h"
#include "worker/trainer/learners/learner.h"

namespace foldmill::trainer {

// A network that goes down one loss: autoencoders, classifiers.
class DescentLearner final : public Learner {
 public:
  // `seed` is that of everything random but the initial weights.
  DescentLearner(std::shared_ptr<Network> network, std::unique_ptr<Criterion> criterion,
                 Descent descent, uint64_t seed);

  const Network& network() const override { return *network_; }
  void begin_epoch(int64_t epoch) override;
  void train(const Batch& batch, MetricSums& sums) override;
  void begin_validation() override;
  void validate(const Batch& batch, MetricSums& sums) override;
  void read_step_from(const torch::Tensor& step, int64_t steps) override {
    descent_.read_step_from(step, steps);
  }
  NamedTensors state() override;
  torch::Tensor confusion() const override { return criterion_->confusion(); }

 private:
  std::shared_ptr<Network> network_;
  std::unique_ptr<Criterion> criterion_;
  Descent descent_;
  uint64_t seed_;
};

// The network's parameters by name, with `prefix` before each.
NamedTensors parameters_of(const torch::nn::Module& network, std::string_view prefix);

}  // namespace foldmill::trainer
