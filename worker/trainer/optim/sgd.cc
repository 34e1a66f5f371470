#include "worker/trainer/optim/sgd.h"

namespace foldmill::trainer {

Sgd::Sgd(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
         const SgdOptions& options)
    : Optimizer(parameters, ranges), options_(options) {
  if (options_.momentum != 0) velocity_ = add_state("velocity");
}

void Sgd::update(const StepNumbers& numbers) {
  const StepNumber lr = numbers[0];
  const torch::Tensor gradient = decayed_gradients(options_.weight_decay);
  if (options_.momentum == 0) return descend(gradient, lr);
  velocity_.mul_(options_.momentum).add_(gradient);
  descend(options_.nesterov ? gradient.add(velocity_, options_.momentum) : velocity_, lr);
}

RmsProp::RmsProp(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
                 const SgdOptions& options)
    : Optimizer(parameters, ranges), options_(options) {
  if (options_.momentum != 0) velocity_ = add_state("velocity");
}

void RmsProp::update(const StepNumbers& numbers) {
  const StepNumber lr = numbers[0];
  constexpr double kAlpha = 0.99;
  constexpr double kEpsilon = 1e-8;
  const torch::Tensor gradient = decayed_gradients(options_.weight_decay);
  mean_square_.mul_(kAlpha).addcmul_(gradient, gradient, 1 - kAlpha);
  const torch::Tensor size = mean_square_.sqrt().add_(kEpsilon);
  if (options_.momentum == 0) return descend(gradient, size, lr);
  velocity_.mul_(options_.momentum).addcdiv_(gradient, size);
  descend(velocity_, lr);
}

Adagrad::Adagrad(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
                 double weight_decay)
    : Optimizer(parameters, ranges), weight_decay_(weight_decay) {}

void Adagrad::update(const StepNumbers& numbers) {
  const StepNumber lr = numbers[0];
  constexpr double kEpsilon = 1e-10;
  const torch::Tensor gradient = decayed_gradients(weight_decay_);
  sum_of_squares_.addcmul_(gradient, gradient);
  descend(gradient, sum_of_squares_.sqrt().add_(kEpsilon), lr);
}

}  // namespace foldmill::trainer
