#pragma once

#include "worker/trainer/optim/optimizer.h"

// Adam and its kin: averages of the gradients and of their size, with these decays.
namespace foldmill::trainer {

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double weight_decay = 0;
};

// How weight decay acts.
enum class Decay {
  kGradient,  // as an L2 penalty's gradient: adam
  kWeights,   // on the weights themselves (Loshchilov, Hutter: "Decoupled weight decay
              // regularization", ICLR 2019): adamw
};

// Kingma, Ba: "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1.
class Adam final : public Optimizer {
 public:
  Adam(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
       const AdamOptions& options, Decay decay);

 private:
  StepNumbers::OnHost numbers(int64_t count, double lr) const override;
  void update(const StepNumbers& numbers) override;
  void update_in_one_pass(const StepNumbers::OnHost& numbers);  // float32 on the CPU

  AdamOptions options_;
  Decay decay_;
  torch::Tensor mean_ = add_state("mean");
  torch::Tensor mean_square_ = add_state("mean_square");
};

// The same paper's algorithm 2: the largest recent gradient in place of the mean square.
class Adamax final : public Optimizer {
 public:
  Adamax(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
         const AdamOptions& options);

 private:
  StepNumbers::OnHost numbers(int64_t count, double lr) const override;
  void update(const StepNumbers& numbers) override;

  AdamOptions options_;
  torch::Tensor mean_ = add_state("mean");
  torch::Tensor largest_ = add_state("largest");
};

// Rectified Adam (Liu, Jiang, He, Chen, Liu, Gao, Han: "On the variance of the adaptive learning
// rate and beyond", ICLR 2020).
class RAdam final : public Optimizer {
 public:
  RAdam(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
        const AdamOptions& options);

 private:
  StepNumbers::OnHost numbers(int64_t count, double lr) const override;
  void update(const StepNumbers& numbers) override;

  AdamOptions options_;
  torch::Tensor mean_ = add_state("mean");
  torch::Tensor mean_square_ = add_state("mean_square");
};

}  // namespace foldmill::trainer
