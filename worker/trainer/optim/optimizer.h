#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "worker/trainer/optim/flat_parameters.h"
#include "worker/trainer/optim/step_numbers.h"
#include "worker/trainer/training/named_tensors.h"

namespace foldmill::trainer {

// The parameters begin … end-1 of the flat tensor are trained with `factor` times the learning
// rate.
struct LrRange {
  int64_t begin = 0;
  int64_t end = 0;
  double factor = 1;
};

// A rule by which gradients move parameters. Each rule makes the steps of torch.optim's optimiser
// of that name with its default options, in a handful of operations on the flat tensors and without
// reading from the device.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  // One step along the gradients as they are; they are not changed.
  void step(double lr) { step(StepNumbers(next_numbers(lr))); }

  // The same in two halves, for steps that are recorded: the numbers of the next step, which counts
  // as made from then on, …
  StepNumbers::OnHost next_numbers(double lr);
  // … and the step with such numbers, wherever they lie. Looks at nothing else that changes.
  void step(const StepNumbers& numbers);

  // What has to be kept beside the parameters to go on with the same steps: `step`, an int64 on the
  // CPU, and the rule's averages. Live: copying into them restores the optimiser.
  const NamedTensors& state() const { return state_; }

 protected:
  // `ranges` in ascending order, without overlap; what they leave out has the factor 1.
  Optimizer(const FlatParameters& parameters, const std::vector<LrRange>& ranges);

  // What one step of the rule needs to know, the `count`th, counted from 1: unless a rule says
  // otherwise, the learning rate, first.
  virtual StepNumbers::OnHost numbers(int64_t count, double lr) const;
  virtual void update(const StepNumbers& numbers) = 0;

  const torch::Tensor& values() const { return values_; }
  const torch::Tensor& gradients() const { return gradients_; }
  const std::vector<LrRange>& ranges() const { return ranges_; }
  // The gradients with the L2 penalty's own: + weight_decay * values.
  torch::Tensor decayed_gradients(double weight_decay) const;
  // A tensor of zeros, one per parameter, that is part of the state.
  torch::Tensor add_state(const std::string& name);

  // values *= 1 - rate * decay * factor, with the factor of each range.
  void shrink(const StepNumber& rate, double decay);
  // values -= rate * factor * direction, likewise.
  void descend(const torch::Tensor& direction, const StepNumber& rate);
  // values -= rate * factor * numerator / denominator, likewise.
  void descend(const torch::Tensor& numerator, const torch::Tensor& denominator,
               const StepNumber& rate);

 private:
  torch::Tensor values_;
  torch::Tensor gradients_;
  std::vector<LrRange> ranges_;  // cover all parameters
  torch::Tensor count_;          // int64 [1], on the CPU
  NamedTensors state_;
};

}  // namespace foldmill::trainer
