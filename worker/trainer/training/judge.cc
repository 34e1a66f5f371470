#include "worker/trainer/training/judge.h"

#include <cmath>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {

std::optional<Metrics> judge(Learner& learner, const FoldView& fold, int64_t batch_size,
                             const StopToken& stop) {
  const torch::NoGradGuard without_gradients;
  const torch::Tensor& order = fold.validation_order();
  learner.begin_validation();
  MetricSums sums;
  for (int64_t begin = 0; begin < order.size(0); begin += batch_size) {
    if (stop.requested()) return std::nullopt;
    learner.validate(fold.batch(order, begin, batch_size), sums);
  }
  Metrics metrics = sums.means();
  learner.end_validation(metrics);
  return metrics;
}

void diverged(std::string_view metric, std::string_view value, std::string_view when) {
  throw AttemptError(EndCause::kDiverged,
                     concat(metric, " is ", value, " at ", when, "; a smaller lr usually helps"));
}

void check_finite(const Metrics& metrics, std::string_view when) {
  for (const auto& [name, value] : metrics)
    if (!std::isfinite(value)) diverged(name, format_number(value), when);
}

}  // namespace foldmill::trainer
