#include "worker/trainer/optim/optimizer.h"

#include "core/check.h"

namespace foldmill::trainer {
namespace {

std::vector<LrRange> without_gaps(const std::vector<LrRange>& ranges, int64_t size) {
  std::vector<LrRange> covering;
  int64_t end = 0;
  for (const LrRange& range : ranges) {
    FOLDMILL_CHECK(end <= range.begin && range.begin < range.end && range.end <= size,
                   "ranges of the learning rate overlap, or are not within the parameters");
    if (end < range.begin) covering.push_back({end, range.begin, 1});
    covering.push_back(range);
    end = range.end;
  }
  if (end < size) covering.push_back({end, size, 1});
  return covering;
}

torch::Tensor part(const torch::Tensor& flat, const LrRange& range) {
  return flat.slice(0, range.begin, range.end);
}

}  // namespace

Optimizer::Optimizer(const FlatParameters& parameters, const std::vector<LrRange>& ranges)
    : values_(parameters.values()),
      gradients_(parameters.gradients()),
      ranges_(without_gaps(ranges, parameters.size())),
      count_(torch::zeros({1}, torch::kInt64)),
      state_{{"step", count_}} {}

StepNumbers::OnHost Optimizer::next_numbers(double lr) {
  return numbers(++*count_.data_ptr<int64_t>(), lr);
}

void Optimizer::step(const StepNumbers& numbers) {
  const torch::NoGradGuard without_gradients;
  update(numbers);
}

StepNumbers::OnHost Optimizer::numbers(int64_t /*count*/, double lr) const { return {lr}; }

torch::Tensor Optimizer::decayed_gradients(double weight_decay) const {
  return weight_decay == 0 ? gradients_ : gradients_.add(values_, weight_decay);
}

torch::Tensor Optimizer::add_state(const std::string& name) {
  return state_.emplace_back(name, torch::zeros_like(values_)).second;
}

void Optimizer::shrink(const StepNumber& rate, double decay) {
  const auto* on_host = std::get_if<double>(&rate);
  for (const LrRange& range : ranges_) {
    torch::Tensor values = part(values_, range);
    if (on_host != nullptr)
      values.mul_(1 - *on_host * decay * range.factor);
    else
      values.addcmul_(values, std::get<torch::Tensor>(rate), -decay * range.factor);
  }
}

void Optimizer::descend(const torch::Tensor& direction, const StepNumber& rate) {
  const auto* on_host = std::get_if<double>(&rate);
  for (const LrRange& range : ranges_) {
    torch::Tensor values = part(values_, range);
    if (on_host != nullptr)
      values.add_(part(direction, range), -*on_host * range.factor);
    else
      values.addcmul_(part(direction, range), std::get<torch::Tensor>(rate), -range.factor);
  }
}

void Optimizer::descend(const torch::Tensor& numerator, const torch::Tensor& denominator,
                        const StepNumber& rate) {
  const auto* on_host = std::get_if<double>(&rate);
  if (on_host == nullptr) return descend(numerator.div(denominator), rate);
  for (const LrRange& range : ranges_)
    part(values_, range)
        .addcdiv_(part(numerator, range), part(denominator, range), -*on_host * range.factor);
}

}  // namespace foldmill::trainer
