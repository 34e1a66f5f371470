#include "worker/trainer/optim/flat_parameters.h"

#include "core/check.h"

namespace foldmill::trainer {
namespace {

int64_t total_size(const std::vector<torch::Tensor>& parameters) {
  int64_t size = 0;
  for (const torch::Tensor& parameter : parameters) size += parameter.numel();
  return size;
}

// The part of `flat` from `begin` on, in the shape and the memory layout of `parameter`.
torch::Tensor part_like(const torch::Tensor& flat, int64_t begin, const torch::Tensor& parameter) {
  return flat.as_strided(parameter.sizes(), parameter.strides(), begin);
}

}  // namespace

FlatParameters::FlatParameters(const std::vector<torch::Tensor>& parameters) {
  FOLDMILL_CHECK(!parameters.empty(), "a network without parameters cannot be trained");
  const torch::NoGradGuard without_gradients;
  const torch::TensorOptions options = parameters.front().options();
  values_ = torch::empty({total_size(parameters)}, options.requires_grad(false));
  gradients_ = torch::zeros_like(values_);
  int64_t begin = 0;
  for (torch::Tensor parameter : parameters) {
    FOLDMILL_CHECK(parameter.is_leaf() && parameter.requires_grad(), "a frozen parameter");
    FOLDMILL_CHECK(parameter.is_non_overlapping_and_dense(), "a parameter with gaps");
    FOLDMILL_CHECK(parameter.dtype() == options.dtype() && parameter.device() == options.device(),
                   "parameters of two kinds");
    const torch::Tensor values = part_like(values_, begin, parameter);
    values.copy_(parameter);
    parameter.set_data(values);
    parameter.mutable_grad() = part_like(gradients_, begin, parameter);
    begin += parameter.numel();
  }
}

void FlatParameters::zero_gradients() { gradients_.zero_(); }

void FlatParameters::clip_gradients(double max_norm) {
  const torch::Tensor scale = (max_norm / (gradients_.norm() + 1e-6)).clamp_max(1.0);
  gradients_.mul_(scale);
}

}  // namespace foldmill::trainer
