#include "sampler/gp/acquisition.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sampler/gp/expected_improvement.h"
#include "sampler/sobol.h"
#include "sampler/tpe/truncated_normal.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kFantasies = 128;
constexpr double kLeastVariance = 1e-12;

double normal_quantile(double probability) {
  return probability < 0.5 ? inverse_log_normal_cdf(std::log(probability))
                           : -inverse_log_normal_cdf(std::log1p(-probability));
}

// One column of no rows when nothing runs: the average over it is the thing itself.
MatrixXd normal_samples(Index dimensions, const Random& random) {
  if (dimensions == 0) return MatrixXd(0, 1);
  ScrambledSobol sobol(static_cast<size_t>(dimensions), random);
  MatrixXd samples(dimensions, kFantasies);
  std::vector<double> point(static_cast<size_t>(dimensions));
  for (Index s = 0; s < kFantasies; ++s) {
    sobol.next(point);
    for (Index d = 0; d < dimensions; ++d)
      samples(d, s) = normal_quantile(point[static_cast<size_t>(d)]);
  }
  return samples;
}

}  // namespace

// The logarithm of a mean of improvements, with its derivatives.
struct Acquisition::Average {
  double value;
  VectorXd by_means;  // of each fantasy
  double by_variance;
};

Acquisition::Acquisition(const GaussianProcess& process, double best, const Random& random)
    : process_(process),
      fantasies_(normal_samples(process.running(), random)),
      thresholds_(VectorXd::Constant(fantasies_.cols(), best)) {
  if (process.running() == 0) return;
  const MatrixXd outcomes =
      (process.running_factor() * fantasies_).colwise() + process.running_means();
  thresholds_ = thresholds_.cwiseMax(outcomes.colwise().maxCoeff().transpose());
}

Acquisition::Average Acquisition::average(double mean, double variance,
                                          const VectorXd& shifts) const {
  const double deviation = std::sqrt(std::max(variance, kLeastVariance));
  const Index count = thresholds_.size();
  VectorXd logs(count), by_means(count), by_deviations(count);
  for (Index s = 0; s < count; ++s) {
    const LogImprovement one =
        log_expected_improvement(mean + shifts[s], deviation, thresholds_[s]);
    logs[s] = one.value;
    by_means[s] = one.by_mean;
    by_deviations[s] = one.by_deviation;
  }
  const double largest = logs.maxCoeff();
  VectorXd shares = (logs.array() - largest).exp();
  const double total = shares.sum();
  shares /= total;
  const double by_variance =
      variance > kLeastVariance ? shares.dot(by_deviations) / (2 * deviation) : 0;
  return {largest + std::log(total / static_cast<double>(count)), shares.cwiseProduct(by_means),
          by_variance};
}

VectorXd Acquisition::values(const MatrixXd& points) const {
  const Index observed = process_.observations();
  MatrixXd whitened(observed + process_.running(), points.cols());
  for (Index i = 0; i < points.cols(); ++i)
    whitened.col(i) = process_.row(points.col(i)).covariance;
  process_.whiten(whitened);
  VectorXd values(points.cols());
  for (Index i = 0; i < points.cols(); ++i) {
    const auto column = whitened.col(i);
    values[i] = average(column.head(observed).dot(process_.whitened_values()),
                        process_.hyperparameters().scale - column.squaredNorm(),
                        fantasies_.transpose() * column.tail(process_.running()))
                    .value;
  }
  return values;
}

double Acquisition::value(const VectorXd& point, VectorXd* gradient) const {
  const Index observed = process_.observations();
  const GaussianProcess::Row row = process_.row(point);
  VectorXd whitened = row.covariance;
  process_.whiten(whitened);
  const Average result = average(whitened.head(observed).dot(process_.whitened_values()),
                                 process_.hyperparameters().scale - whitened.squaredNorm(),
                                 fantasies_.transpose() * whitened.tail(process_.running()));
  if (gradient == nullptr) return result.value;
  VectorXd weights = -2 * result.by_variance * whitened;
  weights.head(observed) += result.by_means.sum() * process_.whitened_values();
  weights.tail(process_.running()) += fantasies_ * result.by_means;
  process_.unwhiten(weights);
  *gradient = process_.pull_back(row, weights, point);
  return result.value;
}

}  // namespace foldmill::sampler::gp
