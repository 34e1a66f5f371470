#include "worker/trainer/optim/adam.h"

#include <ATen/Parallel.h>

#include <cmath>

#include "worker/trainer/optim/adam_kernel.h"

namespace foldmill::trainer {
namespace {

constexpr double kEpsilon = 1e-8;
constexpr int64_t kGrain = 1 << 15;  // weights that are worth a thread of their own

// What the numbers of a step are.
enum Number : size_t {
  kRate = 0,       // the learning rate, corrected for averages that start at zero
  kSizeScale = 1,  // Adam: the same correction of the gradients' size
  kPlainRate = 1,  // RAdam: the rate while the size is not known
  kLr = 2,         // Adam: the learning rate as it is
};

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

StepNumbers::OnHost Adam::numbers(int64_t count, double lr) const {
  StepNumbers::OnHost numbers{};
  numbers[kRate] = lr / bias(options_.beta1, count);
  numbers[kSizeScale] = 1 / std::sqrt(bias(options_.beta2, count));
  numbers[kLr] = lr;
  return numbers;
}

void Adam::update(const StepNumbers& numbers) {
  const bool fits_one_pass = gradients().is_cpu() && gradients().scalar_type() == torch::kFloat32;
  if (numbers.on_host() != nullptr && fits_one_pass) return update_in_one_pass(*numbers.on_host());
  if (decay_ == Decay::kWeights) shrink(numbers[kLr], options_.weight_decay);
  const torch::Tensor gradient =
      decay_ == Decay::kGradient ? decayed_gradients(options_.weight_decay) : gradients();
  average(mean_, gradient, options_.beta1);
  average_square(mean_square_, gradient, options_.beta2);
  torch::Tensor size = mean_square_.sqrt();
  multiply(size, numbers[kSizeScale]);
  descend(mean_, size.add_(kEpsilon), numbers[kRate]);
}

void Adam::update_in_one_pass(const StepNumbers::OnHost& numbers) {
  AdamStep step{};
  step.beta1 = static_cast<float>(options_.beta1);
  step.beta2 = static_cast<float>(options_.beta2);
  step.size_scale = static_cast<float>(numbers[kSizeScale]);
  step.l2 = decay_ == Decay::kGradient ? static_cast<float>(options_.weight_decay) : 0;
  step.epsilon = static_cast<float>(kEpsilon);
  const double decoupled = decay_ == Decay::kWeights ? options_.weight_decay : 0;
  const auto part = [](const torch::Tensor& flat, int64_t begin) {
    return flat.data_ptr<float>() + begin;
  };
  for (const LrRange& range : ranges()) {
    step.rate = static_cast<float>(numbers[kRate] * range.factor);
    step.keep = static_cast<float>(1 - numbers[kLr] * range.factor * decoupled);
    at::parallel_for(range.begin, range.end, kGrain, [&](int64_t begin, int64_t end) {
      adam_step(step, end - begin, part(gradients(), begin), part(mean_, begin),
                part(mean_square_, begin), part(values(), begin));
    });
  }
}

Adamax::Adamax(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
               const AdamOptions& options)
    : Optimizer(parameters, ranges), options_(options) {}

StepNumbers::OnHost Adamax::numbers(int64_t count, double lr) const {
  return {lr / bias(options_.beta1, count)};
}

void Adamax::update(const StepNumbers& numbers) {
  const torch::Tensor gradient = decayed_gradients(options_.weight_decay);
  average(mean_, gradient, options_.beta1);
  largest_.mul_(options_.beta2);
  torch::maximum_out(largest_, largest_, gradient.abs().add_(kEpsilon));
  descend(mean_, largest_, numbers[kRate]);
}

RAdam::RAdam(const FlatParameters& parameters, const std::vector<LrRange>& ranges,
             const AdamOptions& options)
    : Optimizer(parameters, ranges), options_(options) {}

// One of the two rates is zero at every step.
StepNumbers::OnHost RAdam::numbers(int64_t count, double lr) const {
  const double rate = lr / bias(options_.beta1, count);
  const double rectified = rectification(options_.beta2, count);
  StepNumbers::OnHost numbers{};
  numbers[kRate] = rate * rectified * std::sqrt(bias(options_.beta2, count));
  numbers[kPlainRate] = rectified > 0 ? 0 : rate;
  return numbers;
}

void RAdam::update(const StepNumbers& numbers) {
  const torch::Tensor gradient = decayed_gradients(options_.weight_decay);
  average(mean_, gradient, options_.beta1);
  average_square(mean_square_, gradient, options_.beta2);
  const StepNumber adaptive = numbers[kRate];
  const StepNumber plain = numbers[kPlainRate];
  if (!is_known_zero(adaptive)) descend(mean_, mean_square_.sqrt().add_(kEpsilon), adaptive);
  if (!is_known_zero(plain)) descend(mean_, plain);
}

}  // namespace foldmill::trainer
