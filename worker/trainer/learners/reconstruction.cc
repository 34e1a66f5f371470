#include "worker/trainer/learners/reconstruction.h"

#include <utility>

namespace foldmill::trainer {

Reconstruction::Reconstruction(ReconstructionLoss loss, std::optional<Corruption> corruption)
    : loss_(loss), corruption_(std::move(corruption)) {}

void Reconstruction::begin_pass(int64_t epoch) {
  if (corruption_) corruption_->begin_epoch(epoch);
}

Measures Reconstruction::measure(Network& network, const Batch& batch, Pass pass) {
  const torch::Tensor input =
      corruption_ ? corruption_->apply(batch.images, batch.positions) : batch.images;
  const torch::Tensor code = network.stack("encoder").forward(input);
  const torch::Tensor output = network.stack("decoder").forward(code);
  const torch::Tensor target = loss_.target(batch.images);
  Measures measures = {{"loss", loss_.mean(output, target, batch.shares)}};
  if (pass == Pass::kValidate) measures.emplace_back("mse_unit", loss_.unit_mse(output, target));
  return measures;
}

}  // namespace foldmill::trainer
