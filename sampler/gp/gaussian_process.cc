#include "sampler/gp/gaussian_process.h"

#include <Eigen/Cholesky>
#include <utility>

namespace foldmill::sampler::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// Of the prior variance: what is added to the diagonal, ten times more at each failure.
constexpr double kFirstJitter = 1e-10;
constexpr double kLastJitter = 1e-3;

MatrixXd stacked(const MatrixXd& above, const MatrixXd& below) {
  MatrixXd both(above.rows() + below.rows(), above.cols());
  both << above, below;
  return both;
}

}  // namespace

std::optional<GaussianProcess> GaussianProcess::condition(const TrainingData& data,
                                                          Hyperparameters hyperparameters) {
  GaussianProcess process;
  process.hyperparameters_ = std::move(hyperparameters);
  process.kinds_ = data.kinds;
  process.points_ = stacked(data.points, data.running);
  const Index all = process.points_.rows();
  const Index observed = data.values.size();

  MatrixXd covariance(all, all);
  for (Index i = 0; i < all; ++i)
    covariance.col(i) = process.row(process.points_.row(i).transpose()).covariance;
  VectorXd noise = VectorXd::Constant(all, process.hyperparameters_.noise);
  noise.head(observed) += data.known_noise;
  covariance.diagonal() += noise;

  Eigen::LLT<MatrixXd> factorisation(covariance);
  for (double jitter = kFirstJitter; factorisation.info() != Eigen::Success; jitter *= 10) {
    if (jitter > kLastJitter) return std::nullopt;
    covariance.diagonal().array() += jitter * process.hyperparameters_.scale;
    factorisation.compute(covariance);
  }
  process.factor_ = factorisation.matrixLLT();

  const auto observed_factor =
      process.factor_.topLeftCorner(observed, observed).triangularView<Eigen::Lower>();
  process.whitened_values_ = observed_factor.solve(data.values);
  const VectorXd weights = observed_factor.transpose().solve(process.whitened_values_);
  process.smoothed_ = data.values - noise.head(observed).cwiseProduct(weights);
  return process;
}

GaussianProcess::Row GaussianProcess::row(const Eigen::Ref<const VectorXd>& point) const {
  KernelValues kernel = matern52(squared_distances(points_, kinds_, hyperparameters_, point));
  return {(hyperparameters_.scale * kernel.value).matrix(), hyperparameters_.scale * kernel.slope};
}

void GaussianProcess::whiten(Eigen::Ref<MatrixXd> columns) const {
  factor_.triangularView<Eigen::Lower>().solveInPlace(columns);
}

void GaussianProcess::unwhiten(Eigen::Ref<MatrixXd> columns) const {
  factor_.triangularView<Eigen::Lower>().transpose().solveInPlace(columns);
}

VectorXd GaussianProcess::pull_back(const Row& row, const VectorXd& weights,
                                    const Eigen::Ref<const VectorXd>& point) const {
  const Eigen::ArrayXd by_distance = weights.array() * row.slope;
  VectorXd gradient = VectorXd::Zero(point.size());
  for (Index d = 0; d < point.size(); ++d)
    if (kinds_[static_cast<size_t>(d)] == DimensionKind::kNumeric)
      gradient[d] = 2 * hyperparameters_.inverse_squared_lengths[d] *
                    (by_distance * (point[d] - points_.col(d).array())).sum();
  return gradient;
}

GaussianProcess::Posterior GaussianProcess::posterior(
    const Eigen::Ref<const VectorXd>& point) const {
  VectorXd column = row(point).covariance.head(observations());
  factor_.topLeftCorner(observations(), observations())
      .triangularView<Eigen::Lower>()
      .solveInPlace(column);
  return {column.dot(whitened_values_),
          std::max(0.0, hyperparameters_.scale - column.squaredNorm())};
}

VectorXd GaussianProcess::running_means() const {
  return factor_.bottomLeftCorner(running(), observations()) * whitened_values_;
}

MatrixXd GaussianProcess::running_factor() const {
  return factor_.bottomRightCorner(running(), running()).triangularView<Eigen::Lower>();
}

}  // namespace foldmill::sampler::gp
