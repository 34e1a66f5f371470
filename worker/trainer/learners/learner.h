#pragma once

#include <memory>

#include "worker/trainer/data/batch.h"
#include "worker/trainer/learners/metric_sums.h"
#include "worker/trainer/models/network.h"
#include "worker/trainer/training/named_tensors.h"

namespace foldmill::trainer {

// A network with what trains and judges it: losses, optimisers, noise. Knows batches, but neither
// folds nor files. Everything random in it depends on its seed, the epoch and the image alone, so
// that training which stops between two epochs goes on as if it had not. One thread.
class Learner {
 public:
  virtual ~Learner() = default;

  virtual const Network& network() const = 0;

  // Before the first batch of `epoch` (from 1).
  virtual void begin_epoch(int64_t epoch) = 0;
  // One step on a batch; its measures go into `sums`, named as metrics_of() of core has them.
  virtual void train(const Batch& batch, MetricSums& sums) = 0;

  // From here on every train() asks the device for the same work, so that it can be recorded once
  // and repeated: what changes from step to step is looked up on the device, in tables that
  // begin_epoch() fills for the whole epoch, at `step` [1], int64, the step of the epoch from 0.
  // Each of the `steps` of an epoch counts as made from begin_epoch() on.
  virtual void read_step_from(const torch::Tensor& step, int64_t steps) = 0;

  // Before the first batch of a validation pass; the same every time.
  virtual void begin_validation() = 0;
  // No gradients. Measures go into `sums`.
  virtual void validate(const Batch& batch, MetricSums& sums) = 0;
  // After the last batch: what can only be said of a whole pass.
  virtual void end_validation(std::map<std::string, double>& /*metrics*/) {}

  // What training has changed, weights and optimisers' state: live tensors, saved in checkpoints
  // and copied back into.
  virtual NamedTensors state() = 0;

  // Counts [actual class, predicted class] of the last validation pass; undefined for what is not a
  // classifier.
  virtual torch::Tensor confusion() const { return {}; }
};

}  // namespace foldmill::trainer
