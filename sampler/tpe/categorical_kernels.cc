#include "sampler/tpe/categorical_kernels.h"

#include <algorithm>
#include <cmath>

namespace foldmill::sampler {

CategoricalKernels::CategoricalKernels(size_t choices, std::span<const double> observed,
                                       double prior_weight)
    : choices_(choices),
      observed_(observed.begin(), observed.end()),
      other_weight_(prior_weight / static_cast<double>(observed.size() + 1)) {
  const double log_total = std::log1p(static_cast<double>(choices) * other_weight_);
  log_observed_ = std::log1p(other_weight_) - log_total;
  log_other_ = std::log(other_weight_) - log_total;
}

double CategoricalKernels::sample(size_t kernel, Random& random) const {
  if (kernel == observed_.size()) return static_cast<double>(random.below(choices_));
  // The extra 1 of the observed choice lies first, the equal weights of all choices behind it.
  const double position = random.uniform(0, 1 + static_cast<double>(choices_) * other_weight_);
  if (position < 1) return observed_[kernel];
  return std::min(std::floor((position - 1) / other_weight_), static_cast<double>(choices_ - 1));
}

void CategoricalKernels::add_log_densities(double internal, std::span<double> row) const {
  for (size_t k = 0; k < observed_.size(); ++k)
    row[k] += observed_[k] == internal ? log_observed_ : log_other_;
  row[observed_.size()] -= std::log(static_cast<double>(choices_));
}

}  // namespace foldmill::sampler
