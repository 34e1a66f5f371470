#pragma once

#include <Eigen/Core>
#include <optional>

#include "sampler/gp/training_data.h"

namespace foldmill::sampler::gp {

// A Gaussian process of zero mean given observations, and the joint process of those and the
// running points: one Cholesky factor L over both, observations first. The rows of the running
// points in L are what their own posterior covariance would give, so that fantasies need no second
// factorisation. Immutable; safe from any thread.
class GaussianProcess {
 public:
  // Covariances of a point with all observed and running points, and their derivatives by the
  // squared distance.
  struct Row {
    Eigen::VectorXd covariance;
    Eigen::ArrayXd slope;
  };
  struct Posterior {
    double mean;
    double variance;  // of the function, without noise
  };

  // Nothing when the covariances cannot be factorised even with jitter on their diagonal.
  static std::optional<GaussianProcess> condition(const TrainingData& data,
                                                  Hyperparameters hyperparameters);

  Eigen::Index observations() const { return whitened_values_.size(); }
  Eigen::Index running() const { return points_.rows() - observations(); }
  const Hyperparameters& hyperparameters() const { return hyperparameters_; }

  Row row(const Eigen::Ref<const Eigen::VectorXd>& point) const;
  // L^-1 rows^T and L^-T weights, in place.
  void whiten(Eigen::Ref<Eigen::MatrixXd> columns) const;
  void unwhiten(Eigen::Ref<Eigen::MatrixXd> columns) const;
  // L^-1 of the observed values, without the running points.
  const Eigen::VectorXd& whitened_values() const { return whitened_values_; }
  // Gradient at `point` of weights . row(point).covariance; 0 for categorical dimensions.
  Eigen::VectorXd pull_back(const Row& row, const Eigen::VectorXd& weights,
                            const Eigen::Ref<const Eigen::VectorXd>& point) const;

  // Given the observations alone.
  Posterior posterior(const Eigen::Ref<const Eigen::VectorXd>& point) const;
  Eigen::VectorXd posterior_means_at_observations() const { return smoothed_; }
  // Means at the running points, and the factor of their joint covariance (noise included).
  Eigen::VectorXd running_means() const;
  Eigen::MatrixXd running_factor() const;

 private:
  GaussianProcess() = default;

  Hyperparameters hyperparameters_;
  std::vector<DimensionKind> kinds_;
  Eigen::MatrixXd points_;  // observed, then running
  Eigen::MatrixXd factor_;  // lower triangle: L
  Eigen::VectorXd whitened_values_;
  Eigen::VectorXd smoothed_;
};

}  // namespace foldmill::sampler::gp
