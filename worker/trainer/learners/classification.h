#pragma once

#include "worker/trainer/learners/criterion.h"

namespace foldmill::trainer {

// Classifiers: cross-entropy of encoder and head against the labels.
class Classification final : public Criterion {
 public:
  // A frozen encoder is run without gradients.
  Classification(int64_t classes, bool frozen_encoder)
      : classes_(classes), frozen_encoder_(frozen_encoder) {}

  void begin_pass(int64_t epoch) override;
  // loss and accuracy, in both passes.
  Measures measure(Network& network, const Batch& batch, Pass pass) override;
  torch::Tensor confusion() const override { return confusion_; }

 private:
  void count(const torch::Tensor& labels, const torch::Tensor& predicted);

  int64_t classes_;
  bool frozen_encoder_;
  torch::Tensor confusion_;  // [classes, classes] int64, on the device
};

}  // namespace foldmill::trainer
