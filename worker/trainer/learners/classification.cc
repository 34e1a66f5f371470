#include "worker/trainer/learners/classification.h"

#include "worker/trainer/learners/mean_by.h"

namespace foldmill::trainer {
namespace {

torch::Tensor encode(Network& network, const torch::Tensor& images, bool frozen) {
  const torch::AutoGradMode gradients(torch::GradMode::is_enabled() && !frozen);
  return network.stack("encoder").forward(images);
}

torch::Tensor cross_entropy(const torch::Tensor& scores, const Batch& batch) {
  if (!batch.shares.defined()) return torch::cross_entropy_loss(scores, batch.labels);
  return mean_by(torch::cross_entropy_loss(scores, batch.labels, {}, at::Reduction::None),
                 batch.shares);
}

}  // namespace

void Classification::begin_pass(int64_t epoch) {
  const bool is_validation = epoch == 0;
  if (is_validation) confusion_ = torch::Tensor();
}

Measures Classification::measure(Network& network, const Batch& batch, Pass pass) {
  const torch::Tensor scores =
      network.stack("head").forward(encode(network, batch.images, frozen_encoder_));
  const torch::Tensor predicted = scores.detach().argmax(1);
  if (pass == Pass::kValidate) count(batch.labels, predicted);
  const torch::Tensor hits = predicted.eq(batch.labels).to(torch::kFloat32);
  return {{"loss", cross_entropy(scores, batch)}, {"accuracy", mean_by(hits, batch.shares)}};
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
