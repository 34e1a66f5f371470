#include "worker/trainer/learners/descent.h"

#include <utility>

namespace foldmill::trainer {

Descent::Descent(std::vector<torch::Tensor> parameters, std::vector<LrRange> ranges,
                 const Knobs& knobs, std::string_view lr_knob, TrainingLength length)
    : parameters_(std::move(parameters)),
      optimizer_(make_optimizer(knobs, parameters_, std::move(ranges))),
      schedule_(knobs, length.epochs, length.steps_per_epoch),
      lr_(knobs.number(lr_knob)),
      grad_clip_(knobs.number("grad_clip")) {}

void Descent::begin_epoch(int64_t epoch) {
  epoch_ = epoch;
  step_in_epoch_ = 0;
}

void Descent::step(const torch::Tensor& loss) {
  parameters_.zero_gradients();
  loss.backward();
  if (grad_clip_ > 0) parameters_.clip_gradients(grad_clip_);
  optimizer_->step(lr_ * schedule_.factor(epoch_, step_in_epoch_++));
}

}  // namespace foldmill::trainer
