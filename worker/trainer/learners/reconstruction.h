#pragma once

#include <optional>

#include "worker/trainer/learners/corruption.h"
#include "worker/trainer/learners/criterion.h"
#include "worker/trainer/learners/reconstruction_loss.h"

namespace foldmill::trainer {

// Autoencoders (cae) and, with a corruption, denoising ones (dae; Vincent, Larochelle, Bengio,
// Manzagol 2008): the output against the clean image.
class Reconstruction final : public Criterion {
 public:
  Reconstruction(ReconstructionLoss loss, std::optional<Corruption> corruption);

  void begin_pass(int64_t epoch) override;
  // loss; validation adds mse_unit.
  Measures measure(Network& network, const Batch& batch, Pass pass) override;

 private:
  ReconstructionLoss loss_;
  std::optional<Corruption> corruption_;
};

}  // namespace foldmill::trainer
