#include "worker/trainer/learners/descent_learner.h"

#include <utility>

#include "core/text.h"
#include "worker/trainer/learners/noise.h"

namespace foldmill::trainer {

NamedTensors parameters_of(const torch::nn::Module& network, std::string_view prefix) {
  NamedTensors tensors;
  for (const auto& parameter : network.named_parameters())
    tensors.emplace_back(concat(prefix, parameter.key()), parameter.value().detach());
  return tensors;
}

DescentLearner::DescentLearner(std::shared_ptr<Network> network,
                               std::unique_ptr<Criterion> criterion, Descent descent, uint64_t seed)
    : network_(std::move(network)),
      criterion_(std::move(criterion)),
      descent_(std::move(descent)),
      seed_(seed) {}

void DescentLearner::begin_epoch(int64_t epoch) {
  descent_.begin_epoch(epoch);
  criterion_->begin_pass(epoch);
  network_->train();
  seed_torch(seed_, epoch);
}

void DescentLearner::train(const Batch& batch, MetricSums& sums) {
  const Measures measures = criterion_->measure(*network_, batch, Pass::kTrain);
  descent_.step(measures.front().second);
  for (const auto& [name, mean] : measures) sums.add(concat("train_", name), mean, batch);
}

void DescentLearner::begin_validation() {
  network_->eval();
  seed_torch(seed_, 0);
  criterion_->begin_pass(0);
}

void DescentLearner::validate(const Batch& batch, MetricSums& sums) {
  for (const auto& [name, mean] : criterion_->measure(*network_, batch, Pass::kValidate))
    sums.add(concat("val_", name), mean, batch);
}

NamedTensors DescentLearner::state() {
  NamedTensors tensors = parameters_of(*network_, "network.");
  for (auto& [name, tensor] : descent_.state())
    tensors.emplace_back(concat("optimizer.", name), tensor);
  return tensors;
}

}  // namespace foldmill::trainer
