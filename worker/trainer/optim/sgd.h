#pragma once

#include "worker/trainer/optim/optimizer.h"

// Steps along the gradient itself, or along the gradient over its size.
namespace foldmill::trainer {

struct SgdOptions {
  double weight_decay = 0;
  double momentum = 0;
  bool nesterov = false;
};

// Stochastic gradient descent, with momentum as torch has it (the velocity is a sum of gradients,
// the learning rate comes after it) and Nesterov's form of it (Sutskever, Martens, Dahl, Hinton:
// "On the importance of initialization and momentum in deep learning", ICML 2013).
class Sgd final : public Optimizer {
 public:
  Sgd(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
      const SgdOptions& options);

 private:
  void update(const StepNumbers& numbers) override;

  SgdOptions options_;
  torch::Tensor velocity_;  // with momentum only
};

// Hinton, Srivastava, Swersky: "Neural networks for machine learning", lecture 6e, 2012; alpha
// 0.99. `nesterov` does not apply.
class RmsProp final : public Optimizer {
 public:
  RmsProp(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
          const SgdOptions& options);

 private:
  void update(const StepNumbers& numbers) override;

  SgdOptions options_;
  torch::Tensor mean_square_ = add_state("mean_square");
  torch::Tensor velocity_;  // with momentum only
};

// Duchi, Hazan, Singer: "Adaptive subgradient methods for online learning and stochastic
// optimization", JMLR 12, 2011.
class Adagrad final : public Optimizer {
 public:
  Adagrad(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
          double weight_decay);

 private:
  void update(const StepNumbers& numbers) override;

  double weight_decay_;
  torch::Tensor sum_of_squares_ = add_state("sum_of_squares");
};

}  // namespace foldmill::trainer
