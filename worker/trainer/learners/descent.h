#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/trainer/optim/factory.h"
#include "worker/trainer/optim/flat_parameters.h"
#include "worker/trainer/optim/lr_schedule.h"
#include "worker/trainer/optim/optimizer.h"
#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {

// How long training takes, for schedules that depend on it.
struct TrainingLength {
  int64_t epochs = 1;
  int64_t steps_per_epoch = 1;
};

// Parameters going down a loss: gradients, clipping, optimiser, learning rate.
class Descent {
 public:
  // `lr_knob` names the knob of the learning rate at its highest.
  Descent(std::vector<torch::Tensor> parameters, std::vector<LrRange> ranges, const Knobs& knobs,
          std::string_view lr_knob, TrainingLength length);

  // See Learner.
  void read_step_from(const torch::Tensor& step, int64_t steps);
  void begin_epoch(int64_t epoch);
  // Gradients of the mean `loss`, and one step against them.
  void step(const torch::Tensor& loss);

  NamedTensors state() { return optimizer_->state(); }

 private:
  double next_lr();
  void fill_table();
  StepNumbers numbers_of_step();

  FlatParameters parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  LrSchedule schedule_;
  double lr_;
  double grad_clip_;  // 0: none
  int64_t epoch_ = 1;
  int64_t step_in_epoch_ = 0;
  // With read_step_from() only: the optimiser's numbers of every step of the epoch, a row each, and
  // which of them is the current one.
  torch::Tensor table_;
  torch::Tensor row_;
};

}  // namespace foldmill::trainer
