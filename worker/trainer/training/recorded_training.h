#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "worker/trainer/data/fold_view.h"
#include "worker/trainer/learners/learner.h"
#include "worker/trainer/training/judge.h"
#include "worker/trainer/training/step_recorder.h"
#include "worker/trainer/training/stop_token.h"

namespace foldmill::trainer {

// Epochs whose steps all ask the device for the same work, so that a StepRecorder can repeat them.
// Everything that differs between steps (the images, how many of them count, learning rate, noise)
// is on the device before the epoch's first step, in tensors that stay where they are from epoch to
// epoch; a step reads its own part and moves a counter, also on the device, to the next. So the
// host waits for the device once an epoch, when it reads the metrics.
//
// A last batch that is too short is filled up with its own first image. The rows that fill it have
// no share in any loss or metric, nor, thereby, in any gradient.
class RecordedTraining {
 public:
  // From here on `learner` is trained by this alone. Both are referred to and must outlive it.
  RecordedTraining(const FoldView& fold, Learner& learner, int64_t batch_size,
                   std::shared_ptr<StepRecorder> recorder);

  RecordedTraining(const RecordedTraining&) = delete;
  RecordedTraining& operator=(const RecordedTraining&) = delete;

  // One pass over the training part; the means of its metrics. Nothing when stopped.
  std::optional<Metrics> train_epoch(int64_t epoch, const StopToken& stop);

 private:
  void begin_epoch(int64_t epoch);
  Batch next_batch() const;
  void step();

  const FoldView& fold_;
  Learner& learner_;
  std::shared_ptr<StepRecorder> recorder_;
  std::function<void()> call_;  // step()
  int64_t batch_;               // rows of every step
  torch::Tensor order_;         // [steps, batch], int64, positions in the data set
  torch::Tensor step_;          // [1], int64, of the epoch from 0
  torch::Tensor rows_;          // [batch], int64: 0, 1, …
  MetricSums sums_;
};

}  // namespace foldmill::trainer
