#pragma once

#include <cstdint>
#include <string>

#include "worker/trainer/training/knobs.h"

namespace foldmill::trainer {

// How the learning rate changes: lr at a step is the knob's lr times factor(). A function of epoch
// and step alone, so an attempt that resumes needs no state for it. The schedules are those of
// torch.optim.lr_scheduler:
//   constant   1
//   step       StepLR: lr_gamma more every lr_step_epochs epochs
//   cosine     CosineAnnealingLR over all epochs, down to 0, changed once an epoch
//   one_cycle  OneCycleLR over all steps with its default options (lr is the largest rate, reached
//              after 30 % of the steps from lr/25; then down to lr/250000), except that momentum is
//              not cycled
class LrSchedule {
 public:
  // Of the knobs lr_schedule, lr_step_epochs and lr_gamma. Throws AttemptError (user_error).
  LrSchedule(const Knobs& knobs, int64_t epochs, int64_t steps_per_epoch);

  // `epoch` counts from 1, `step` within the epoch from 0.
  double factor(int64_t epoch, int64_t step) const;

 private:
  enum class Kind { kConstant, kStep, kCosine, kOneCycle };
  static Kind parse(const std::string& name);

  Kind kind_;
  int64_t epochs_;
  int64_t steps_per_epoch_;
  int64_t step_epochs_;
  double gamma_;
};

}  // namespace foldmill::trainer
