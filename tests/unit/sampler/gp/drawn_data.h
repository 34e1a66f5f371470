#pragma once

#include <Eigen/Cholesky>
#include <functional>
#include <vector>

#include "core/random.h"
#include "sampler/gp/gaussian_process.h"

namespace foldmill::sampler::gp {

// `count` uniform points of the given kinds (choices of three) with values of no meaning, and
// `running` points beside them.
inline TrainingData random_data(std::vector<DimensionKind> kinds, Eigen::Index count,
                                Eigen::Index running, Random& random) {
  const auto uniform_rows = [&](Eigen::Index rows) {
    Eigen::MatrixXd points(rows, static_cast<Eigen::Index>(kinds.size()));
    for (Eigen::Index i = 0; i < rows; ++i)
      for (size_t d = 0; d < kinds.size(); ++d)
        points(i, static_cast<Eigen::Index>(d)) = kinds[d] == DimensionKind::kNumeric
                                                      ? random.uniform()
                                                      : static_cast<double>(random.below(3));
    return points;
  };
  TrainingData data;
  data.points = uniform_rows(count);
  data.running = uniform_rows(running);
  data.values.resize(count);
  for (double& value : data.values) value = random.normal();
  data.known_noise = Eigen::VectorXd::Zero(count);
  data.kinds = std::move(kinds);
  return data;
}

inline Hyperparameters hyperparameters(std::vector<double> lengths, double scale, double noise) {
  Hyperparameters out;
  out.inverse_squared_lengths.resize(static_cast<Eigen::Index>(lengths.size()));
  for (size_t d = 0; d < lengths.size(); ++d)
    out.inverse_squared_lengths[static_cast<Eigen::Index>(d)] = 1 / (lengths[d] * lengths[d]);
  out.scale = scale;
  out.noise = noise;
  return out;
}

// The covariances of all observed points, noise included.
inline Eigen::MatrixXd covariance_of(const TrainingData& data, const Hyperparameters& h) {
  Eigen::MatrixXd covariance(data.points.rows(), data.points.rows());
  for (Eigen::Index i = 0; i < data.points.rows(); ++i)
    covariance.col(i) = h.scale * matern52(squared_distances(data.points, data.kinds, h,
                                                             data.points.row(i).transpose()))
                                      .value.matrix();
  covariance.diagonal() += data.known_noise;
  covariance.diagonal().array() += h.noise;
  return covariance;
}

// Makes the values a draw from the process of these hyperparameters.
inline void draw_values(TrainingData& data, const Hyperparameters& h, Random& random) {
  for (double& value : data.values) value = random.normal();
  const Eigen::LLT<Eigen::MatrixXd> factor(covariance_of(data, h));
  data.values = factor.matrixL() * data.values;
}

// Central differences of `function` at `x`.
inline Eigen::VectorXd numeric_gradient(
    const std::function<double(const Eigen::VectorXd&)>& function, Eigen::VectorXd x,
    double step = 1e-6) {
  Eigen::VectorXd gradient(x.size());
  for (Eigen::Index d = 0; d < x.size(); ++d) {
    const double here = x[d];
    x[d] = here + step;
    const double above = function(x);
    x[d] = here - step;
    gradient[d] = (above - function(x)) / (2 * step);
    x[d] = here;
  }
  return gradient;
}

}  // namespace foldmill::sampler::gp
