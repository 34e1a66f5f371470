#include "worker/trainer/learners/metric_sums.h"

#include <cmath>

namespace foldmill::trainer {

void MetricSums::add(std::string_view name, const torch::Tensor& mean, int64_t images) {
  Sum& sum = sums_.try_emplace(std::string(name)).first->second;
  if (!sum.total.defined())
    sum.total = torch::zeros({}, torch::dtype(torch::kFloat64).device(mean.device()));
  sum.total.add_(mean.detach(), static_cast<double>(images));
  sum.images += images;
}

std::map<std::string, double> MetricSums::means() const {
  std::map<std::string, double> means;
  for (const auto& [name, sum] : sums_)
    means[name] = sum.total.item<double>() / static_cast<double>(sum.images);
  return means;
}

std::string MetricSums::broken_on_cpu() const {
  for (const auto& [name, sum] : sums_)
    if (sum.total.is_cpu() && !std::isfinite(*sum.total.data_ptr<double>())) return name;
  return {};
}

}  // namespace foldmill::trainer
