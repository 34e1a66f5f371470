#include "worker/trainer/learners/reconstruction_loss.h"

#include "worker/trainer/attempt_error.h"
#include "worker/trainer/learners/cross_entropy.h"
#include "worker/trainer/learners/mean_by.h"

namespace foldmill::trainer {
namespace {

// Whether the network sees pixels in [0, 1] as they are.
bool is_unit(const Normalization& normalization) {
  return normalization.mean() == 0 && normalization.stddev() == 1;
}

}  // namespace

ReconstructionLoss::Kind ReconstructionLoss::parse_kind(const std::string& name) {
  if (name == "l1") return Kind::kL1;
  return name == "bce" ? Kind::kBce : Kind::kMse;
}

ReconstructionLoss::ReconstructionLoss(const Knobs& knobs, Target target,
                                       const Normalization& normalization)
    : kind_(parse_kind(knobs.choice("loss"))), target_(target), normalization_(normalization) {
  if (kind_ != Kind::kBce) return;
  if (knobs.choice("output_activation") != "sigmoid")
    throw AttemptError(EndCause::kUserError,
                       "loss bce needs outputs between 0 and 1; add `output_activation: sigmoid` "
                       "under `params`");
  if (target_ == Target::kInput && !is_unit(normalization_))
    throw AttemptError(EndCause::kUserError,
                       "loss bce needs targets between 0 and 1; set `target: unit` under `model`, "
                       "or `normalize: unit` under `data`");
}

torch::Tensor ReconstructionLoss::target(const torch::Tensor& images) const {
  if (target_ == Target::kInput || is_unit(normalization_)) return images;
  return images * normalization_.stddev() + normalization_.mean();
}

torch::Tensor ReconstructionLoss::reduced(const torch::Tensor& output, const torch::Tensor& target,
                                          at::Reduction::Reduction reduction) const {
  switch (kind_) {
    case Kind::kMse:
      return at::mse_loss(output, target, reduction);
    case Kind::kL1:
      return at::l1_loss(output, target, reduction);
    case Kind::kBce:
      return binary_cross_entropy(output, target, reduction);
  }
  return {};
}

torch::Tensor ReconstructionLoss::mean(const torch::Tensor& output, const torch::Tensor& target,
                                       const torch::Tensor& shares) const {
  if (!shares.defined()) return reduced(output, target, at::Reduction::Mean);
  return mean_by(reduced(output, target, at::Reduction::None).flatten(1).mean(1), shares);
}

torch::Tensor ReconstructionLoss::mean_of_sums(const torch::Tensor& output,
                                               const torch::Tensor& target,
                                               const torch::Tensor& shares) const {
  if (!shares.defined()) return reduced(output, target, at::Reduction::Sum) / output.size(0);
  return mean_by(reduced(output, target, at::Reduction::None).flatten(1).sum(1), shares);
}

torch::Tensor ReconstructionLoss::unit_mse(const torch::Tensor& output,
                                           const torch::Tensor& target) const {
  const torch::Tensor mse = at::mse_loss(output, target);
  return target_ == Target::kUnit ? mse : mse * normalization_.unit_mse(1);
}

}  // namespace foldmill::trainer
