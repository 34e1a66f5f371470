#include "worker/trainer/learners/frechet.h"

#include <algorithm>
#include <limits>

#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

// The root of a symmetric matrix whose negative eigenvalues are rounding errors.
torch::Tensor root(const torch::Tensor& matrix) {
  const auto [values, vectors] = at::linalg_eigh(matrix);
  return vectors.mul(values.clamp_min(0).sqrt()).mm(vectors.t());
}

}  // namespace

void FeatureStatistics::add(const torch::Tensor& features) {
  const torch::Tensor rows = features.to(torch::kFloat64);
  const torch::Tensor sum = rows.sum(0);
  const torch::Tensor products = rows.t().mm(rows);
  count_ += rows.size(0);
  sum_ = sum_.defined() ? sum_ + sum : sum;
  products_ = products_.defined() ? products_ + products : products;
}

torch::Tensor FeatureStatistics::mean() const { return sum_ / count_; }

torch::Tensor FeatureStatistics::covariance() const {
  const torch::Tensor mean = this->mean();
  return (products_ - torch::outer(mean, mean) * count_) / (count_ - 1);
}

double frechet_distance(const FeatureStatistics& a, const FeatureStatistics& b) {
  if (std::min(a.count(), b.count()) < 2)
    throw AttemptError(EndCause::kUserError,
                       "frechet_distance wants at least two validation images; use more data or a "
                       "larger validation part");
  const torch::Tensor first = a.covariance().cpu();
  const torch::Tensor second = b.covariance().cpu();
  const torch::Tensor means = (a.mean() - b.mean()).cpu();
  if (!(first + second + means).isfinite().all().item<bool>())
    return std::numeric_limits<double>::quiet_NaN();
  // tr (C1 C2)^(1/2) by way of the symmetric C1^(1/2) C2 C1^(1/2), which has the same eigenvalues.
  const torch::Tensor half = root(first);
  const torch::Tensor shared =
      at::linalg_eigvalsh(half.mm(second).mm(half)).clamp_min(0).sqrt().sum();
  const torch::Tensor distance = means.square().sum() + first.trace() + second.trace() - 2 * shared;
  return std::max(distance.item<double>(), 0.0);
}

}  // namespace foldmill::trainer
