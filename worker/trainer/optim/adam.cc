#include "worker/trainer/optim/adam.h"

#include <ATen/Parallel.h>

#include <cmath>

#include "worker/trainer/optim/adam_kernel.h"

namespace foldmill::trainer {
namespace {

constexpr double kEpsilon = 1e-8;
constexpr int64_t kGrain = 1 << 15;  // weights that are worth a thread of their own

void average(const torch::Tensor& mean, const torch::Tensor& gradients, double beta) {
  mean.mul_(beta).add_(gradients, 1 - beta);
}

void average_square(const torch::Tensor& mean_square, const torch::Tensor& gradients, double beta) {
  mean_square.mul_(beta).addcmul_(gradients, gradients, 1 - beta);
}

// An average that starts at zero is too small by this factor after `count` steps.
double bias(double beta, int64_t count) { return 1 - std::pow(beta, count); }

// What the rectification allows: nothing while the variance of the adaptive rate cannot be known
// (the paper's rho_t, with torch's limit of 5), else the factor r_t.
double rectification(double beta2, int64_t count) {
  const double infinity = 2 / (1 - beta2) - 1;
  const double rho =
      infinity - 2 * static_cast<double>(count) * std::pow(beta2, count) / bias(beta2, count);
  if (rho <= 5) return 0;
  return std::sqrt((rho - 4) * (rho - 2) * infinity / ((infinity - 4) * (infinity - 2) * rho));
}

}  // namespace

Adam::Adam(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
           const AdamOptions& options, Decay decay)
    : Optimizer(parameters, ranges), options_(options), decay_(decay) {}

void Adam::update(int64_t count, double lr) {
  if (gradients().is_cpu() && gradients().scalar_type() == torch::kFloat32)
    return update_in_one_pass(count, lr);
  if (decay_ == Decay::kWeights) shrink(lr * options_.weight_decay);
  const torch::Tensor gradient =
      decay_ == Decay::kGradient ? decayed_gradients(options_.weight_decay) : gradients();
  average(mean_, gradient, options_.beta1);
  average_square(mean_square_, gradient, options_.beta2);
  const torch::Tensor size =
      mean_square_.sqrt().div_(std::sqrt(bias(options_.beta2, count))).add_(kEpsilon);
  descend(mean_, size, lr / bias(options_.beta1, count));
}

void Adam::update_in_one_pass(int64_t count, double lr) {
  AdamStep step{};
  step.beta1 = static_cast<float>(options_.beta1);
  step.beta2 = static_cast<float>(options_.beta2);
  step.size_scale = static_cast<float>(1 / std::sqrt(bias(options_.beta2, count)));
  step.l2 = decay_ == Decay::kGradient ? static_cast<float>(options_.weight_decay) : 0;
  step.epsilon = static_cast<float>(kEpsilon);
  const double decoupled = decay_ == Decay::kWeights ? options_.weight_decay : 0;
  const auto part = [](const torch::Tensor& flat, int64_t begin) {
    return flat.data_ptr<float>() + begin;
  };
  for (const LrRange& range : ranges()) {
    step.rate = static_cast<float>(lr * range.factor / bias(options_.beta1, count));
    step.keep = static_cast<float>(1 - lr * range.factor * decoupled);
    at::parallel_for(range.begin, range.end, kGrain, [&](int64_t begin, int64_t end) {
      adam_step(step, end - begin, part(gradients(), begin), part(mean_, begin),
                part(mean_square_, begin), part(values(), begin));
    });
  }
}

Adamax::Adamax(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
               const AdamOptions& options)
    : Optimizer(parameters, ranges), options_(options) {}

void Adamax::update(int64_t count, double lr) {
  const torch::Tensor gradient = decayed_gradients(options_.weight_decay);
  average(mean_, gradient, options_.beta1);
  largest_.mul_(options_.beta2);
  torch::maximum_out(largest_, largest_, gradient.abs().add_(kEpsilon));
  descend(mean_, largest_, lr / bias(options_.beta1, count));
}

RAdam::RAdam(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
             const AdamOptions& options)
    : Optimizer(parameters, ranges), options_(options) {}

void RAdam::update(int64_t count, double lr) {
  const torch::Tensor gradient = decayed_gradients(options_.weight_decay);
  average(mean_, gradient, options_.beta1);
  average_square(mean_square_, gradient, options_.beta2);
  const double rate = lr / bias(options_.beta1, count);
  const double rectified = rectification(options_.beta2, count);
  if (rectified > 0)
    descend(mean_, mean_square_.sqrt().add_(kEpsilon),
            rate * rectified * std::sqrt(bias(options_.beta2, count)));
  else
    descend(mean_, rate);
}

}  // namespace foldmill::trainer
