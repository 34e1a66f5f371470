#pragma once

#include <vector>

#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

struct RAdamOptions : torch::optim::OptimizerCloneableOptions<RAdamOptions> {
  explicit RAdamOptions(double learning_rate) : lr(learning_rate) {}
  double lr;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0;  // added to the gradient, as torch.optim.RAdam has it

  double get_lr() const override { return lr; }
  void set_lr(const double value) override { lr = value; }
};

// Rectified Adam (Liu, Jiang, He, Chen, Liu, Gao, Han: "On the variance of the adaptive learning
// rate and beyond", ICLR 2020), which libtorch's C++ side lacks. The same steps as
// torch.optim.RAdam, its epsilon included, so that results can be compared.
class RAdam final : public torch::optim::Optimizer {
 public:
  RAdam(std::vector<torch::Tensor> parameters, const RAdamOptions& options);

  torch::Tensor step(LossClosure closure = nullptr) override;
  void save(torch::serialize::OutputArchive& archive) const override;
  void load(torch::serialize::InputArchive& archive) override;

 private:
  int64_t step_ = 0;
  std::vector<torch::Tensor> first_moments_;  // one per parameter, in their order
  std::vector<torch::Tensor> second_moments_;
};

}  // namespace foldmill::trainer
