#include "worker/trainer/learners/metric_sums.h"

#include <cmath>

namespace foldmill::trainer {

void MetricSums::add(std::string_view name, const torch::Tensor& mean, const Batch& batch) {
  Sum& sum = sums_.try_emplace(std::string(name)).first->second;
  if (!sum.total.defined())
    sum.total = torch::zeros({}, torch::dtype(torch::kFloat64).device(mean.device()));
  if (batch.count.defined()) {
    sum.total.addcmul_(mean.detach().to(torch::kFloat64), batch.count);
    return;
  }
  sum.total.add_(mean.detach(), static_cast<double>(batch.size()));
  sum.images += batch.size();
}

std::map<std::string, double> MetricSums::means() const {
  std::map<std::string, double> means;
  for (const auto& [name, sum] : sums_)
    means[name] = sum.total.item<double>() / static_cast<double>(sum.images);
  return means;
}

std::map<std::string, double> MetricSums::means_over(int64_t images) const {
  std::map<std::string, double> means;
  for (const auto& [name, sum] : sums_)
    means[name] = sum.total.item<double>() / static_cast<double>(images);
  return means;
}

void MetricSums::clear() {
  for (auto& [name, sum] : sums_) {
    sum.total.zero_();
    sum.images = 0;
  }
}

std::string MetricSums::broken_on_cpu() const {
  for (const auto& [name, sum] : sums_)
    if (sum.total.is_cpu() && !std::isfinite(*sum.total.data_ptr<double>())) return name;
  return {};
}

}  // namespace foldmill::trainer
