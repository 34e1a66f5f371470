#pragma once

#include "core/model_spec.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/torch_compat.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {

// How far an autoencoder's output is from what it should have been.
class ReconstructionLoss {
 public:
  // Throws AttemptError (user_error) for bce where output or target leave [0, 1].
  ReconstructionLoss(const Knobs& knobs, Target target, const Normalization& normalization);

  // What the output of clean `images` (in network units) is compared with.
  torch::Tensor target(const torch::Tensor& images) const;
  // Mean over all pixels. `shares`: see Batch.
  torch::Tensor mean(const torch::Tensor& output, const torch::Tensor& target,
                     const torch::Tensor& shares = {}) const;
  // Sum over an image's pixels, mean over the images.
  torch::Tensor mean_of_sums(const torch::Tensor& output, const torch::Tensor& target,
                             const torch::Tensor& shares = {}) const;
  // Mean squared error on the [0, 1] scale of the pixels, whatever the loss.
  torch::Tensor unit_mse(const torch::Tensor& output, const torch::Tensor& target) const;

 private:
  enum class Kind { kMse, kL1, kBce };
  static Kind parse_kind(const std::string& name);
  torch::Tensor reduced(const torch::Tensor& output, const torch::Tensor& target,
                        at::Reduction::Reduction reduction) const;

  Kind kind_;
  Target target_;
  Normalization normalization_;
};

}  // namespace foldmill::trainer
