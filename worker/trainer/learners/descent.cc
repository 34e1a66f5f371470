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

void Descent::read_step_from(const torch::Tensor& step, int64_t steps) {
  row_ = step;
  table_ = torch::zeros({steps, static_cast<int64_t>(StepNumbers::kCount)},
                        parameters_.values().options());
}

void Descent::begin_epoch(int64_t epoch) {
  epoch_ = epoch;
  step_in_epoch_ = 0;
  if (table_.defined()) fill_table();
}

double Descent::next_lr() { return lr_ * schedule_.factor(epoch_, step_in_epoch_++); }

void Descent::fill_table() {
  std::vector<double> numbers;
  for (int64_t step = 0; step < table_.size(0); ++step)
    for (const double number : optimizer_->next_numbers(next_lr())) numbers.push_back(number);
  table_.copy_(torch::tensor(numbers, torch::kFloat64).view(table_.sizes()));
}

StepNumbers Descent::numbers_of_step() {
  if (table_.defined()) return StepNumbers(table_.index_select(0, row_).squeeze(0));
  return StepNumbers(optimizer_->next_numbers(next_lr()));
}

void Descent::step(const torch::Tensor& loss) {
  parameters_.zero_gradients();
  loss.backward();
  if (grad_clip_ > 0) parameters_.clip_gradients(grad_clip_);
  optimizer_->step(numbers_of_step());
}

}  // namespace foldmill::trainer
