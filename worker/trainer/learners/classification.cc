#include "worker/trainer/learners/classification.h"

namespace foldmill::trainer {
namespace {

torch::Tensor encode(Network& network, const torch::Tensor& images, bool frozen) {
  const torch::AutoGradMode gradients(torch::GradMode::is_enabled() && !frozen);
  return network.stack("encoder").forward(images);
}

}  // namespace

Measures Classification::measure(Network& network, const Batch& batch, Pass pass,
                                 int64_t /*epoch*/) {
  const torch::Tensor scores =
      network.stack("head").forward(encode(network, batch.images, frozen_encoder_));
  const torch::Tensor predicted = scores.detach().argmax(1);
  if (pass == Pass::kValidate) count(batch.labels, predicted);
  return {{"loss", torch::cross_entropy_loss(scores, batch.labels)},
          {"accuracy", predicted.eq(batch.labels).to(torch::kFloat32).mean()}};
}

void Classification::count(const torch::Tensor& labels, const torch::Tensor& predicted) {
  // A product of indicators instead of bincount, which a GPU counts in no fixed order.
  const torch::Tensor classes = torch::arange(classes_, labels.options());
  const auto indicators = [&](const torch::Tensor& of) {
    return of.unsqueeze(1).eq(classes).to(torch::kFloat32);
  };
  const torch::Tensor counts = indicators(labels).t().mm(indicators(predicted)).to(torch::kInt64);
  confusion_ = confusion_.defined() ? confusion_ + counts : counts;
}

}  // namespace foldmill::trainer
