#include "worker/trainer/optim/radam.h"

#include <cmath>
#include <utility>

#include "core/text.h"

namespace foldmill::trainer {
namespace {

// What the rectification allows: nothing while the variance of the adaptive rate cannot be known
// (the paper's rho_t <= 5 as torch has it), else the factor r_t.
double rectification(double beta2, double beta2_power, int64_t step) {
  const double rho_infinity = 2 / (1 - beta2) - 1;
  const double rho = rho_infinity - 2 * static_cast<double>(step) * beta2_power / (1 - beta2_power);
  if (rho <= 5) return 0;
  return std::sqrt((rho - 4) * (rho - 2) * rho_infinity /
                   ((rho_infinity - 4) * (rho_infinity - 2) * rho));
}

}  // namespace

RAdam::RAdam(std::vector<torch::Tensor> parameters, const RAdamOptions& options)
    : torch::optim::Optimizer(std::move(parameters), std::make_unique<RAdamOptions>(options)) {
  for (const torch::Tensor& parameter : param_groups()[0].params()) {
    first_moments_.push_back(torch::zeros_like(parameter));
    second_moments_.push_back(torch::zeros_like(parameter));
  }
}

torch::Tensor RAdam::step(LossClosure closure) {
  torch::Tensor loss;
  if (closure) {
    const torch::AutoGradMode with_gradients(true);
    loss = closure();
  }
  const torch::NoGradGuard without_gradients;
  const auto& options = static_cast<const RAdamOptions&>(param_groups()[0].options());
  ++step_;
  const double beta1_power = std::pow(options.beta1, step_);
  const double beta2_power = std::pow(options.beta2, step_);
  const double rectified = rectification(options.beta2, beta2_power, step_);
  const double rate = options.lr / (1 - beta1_power);
  std::vector<torch::Tensor>& weights = param_groups()[0].params();
  for (size_t i = 0; i < weights.size(); ++i) {
    torch::Tensor& parameter = weights[i];
    if (!parameter.grad().defined()) continue;
    torch::Tensor gradient = parameter.grad();
    if (options.weight_decay != 0) gradient = gradient.add(parameter, options.weight_decay);
    first_moments_[i].mul_(options.beta1).add_(gradient, 1 - options.beta1);
    second_moments_[i].mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
    if (rectified > 0) {
      const torch::Tensor spread = second_moments_[i].sqrt().add_(options.eps);
      parameter.addcdiv_(first_moments_[i], spread, -rate * rectified * std::sqrt(1 - beta2_power));
    } else {
      parameter.add_(first_moments_[i], -rate);
    }
  }
  return loss;
}

void RAdam::save(torch::serialize::OutputArchive& archive) const {
  archive.write("step", torch::IValue(step_));
  for (size_t i = 0; i < first_moments_.size(); ++i) {
    archive.write(concat("first_moment_", i), first_moments_[i], /*is_buffer=*/true);
    archive.write(concat("second_moment_", i), second_moments_[i], /*is_buffer=*/true);
  }
}

void RAdam::load(torch::serialize::InputArchive& archive) {
  torch::IValue step;
  archive.read("step", step);
  step_ = step.toInt();
  for (size_t i = 0; i < first_moments_.size(); ++i) {
    archive.read(concat("first_moment_", i), first_moments_[i], /*is_buffer=*/true);
    archive.read(concat("second_moment_", i), second_moments_[i], /*is_buffer=*/true);
  }
}

}  // namespace foldmill::trainer
