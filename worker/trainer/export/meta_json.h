#pragma once

#include <string>

#include "core/assignment.h"
#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/models/network_description.h"
#include "worker/trainer/training/judge.h"
#include "worker/trainer/training/kept_epoch.h"

// The texts of meta.json, which say where weights and numbers came from (docs/model-files.md).
namespace foldmill::trainer {

// What the weights of a network came from.
struct ModelOrigin {
  const Assignment& task;
  const FoldView& fold;
  const KeptEpoch& kept;  // the epoch whose weights these are
  torch::Tensor
      confusion;  // counts [actual class, predicted class]; undefined but for a classifier
};
std::string meta_of_training(const NetworkDescription& network, const ModelOrigin& origin);

// What a model that had been trained before was judged on, and how it did.
struct TestOrigin {
  const Assignment& task;  // task.evaluate is the model
  const FoldView& fold;    // its validation part: the test images
  const Metrics& metrics;
  torch::Tensor confusion;  // as above
};
std::string meta_of_test(const NetworkDescription& network, const TestOrigin& origin);

}  // namespace foldmill::trainer
