#include "sampler/gp/hyperparameter_fit.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sampler/gp/lbfgs.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr Index kCoarsePoints = 40;
constexpr Index kFinePoints = 128;
constexpr double kFirstNoise = 1e-2;
constexpr double kLogBound = 15;  // of log a and log s: far beyond what the priors allow
constexpr double kLogNoiseLow = -20;
constexpr double kLogNoiseHigh = 3;

Hyperparameters from_theta(std::span<const double> theta) {
  const size_t dimensions = theta.size() - 2;
  Hyperparameters out;
  out.inverse_squared_lengths =
      Eigen::Map<const ArrayXd>(theta.data(), static_cast<Index>(dimensions)).exp();
  out.scale = std::exp(theta[dimensions]);
  out.noise = kLeastNoise + std::exp(theta[dimensions + 1]);
  return out;
}

// At most `most` observations: the best, and an even spread over the others.
TrainingData part_of(const TrainingData& data, Index most) {
  const Index count = data.values.size();
  if (count <= most) return data;
  std::vector<Index> order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return data.values[a] > data.values[b]; });
  const Index best = most / 2;
  std::vector<Index> chosen(order.begin(), order.begin() + best);
  for (Index k = 0; k < most - best; ++k)
    chosen.push_back(order[static_cast<size_t>(best + k * (count - best) / (most - best))]);

  TrainingData part;
  part.kinds = data.kinds;
  part.points = data.points(chosen, Eigen::all);
  part.values = data.values(chosen);
  part.known_noise = data.known_noise(chosen);
  return part;
}

Box box_of(size_t dimensions, bool deterministic) {
  Box box{std::vector<double>(dimensions + 2, -kLogBound),
          std::vector<double>(dimensions + 2, kLogBound)};
  box.low.back() = kLogNoiseLow;
  box.high.back() = deterministic ? kLogNoiseLow : kLogNoiseHigh;
  return box;
}

}  // namespace

MapObjective::MapObjective(const TrainingData& data)
    : data_(data), pairs_(data.values.size() * (data.values.size() - 1) / 2) {
  const Index count = data.values.size();
  differences_.resize(pairs_, data.points.cols());
  for (Index d = 0; d < data.points.cols(); ++d)
    for (Index j = 0, pair = 0; j < count; pair += count - ++j)
      differences_.col(d).segment(pair, count - 1 - j) =
          squared_differences(data.points.col(d).tail(count - 1 - j).array(), data.points(j, d),
                              data.kinds[static_cast<size_t>(d)]);
}

double MapObjective::operator()(std::span<const double> theta, std::span<double> gradient) const {
  const Hyperparameters h = from_theta(theta);
  const ArrayXd& a = h.inverse_squared_lengths;
  const Index count = data_.values.size();
  const Index dimensions = a.size();

  const KernelValues kernel = matern52((differences_.matrix() * a.matrix()).array());
  MatrixXd covariance(count, count);
  for (Index j = 0, pair = 0; j < count; pair += count - ++j)
    covariance.col(j).tail(count - 1 - j) =
        h.scale * kernel.value.segment(pair, count - 1 - j).matrix();
  covariance.diagonal() = (data_.known_noise.array() + h.scale + h.noise).matrix();
  const Eigen::LLT<MatrixXd> factorisation(covariance);
  if (factorisation.info() != Eigen::Success) return std::numeric_limits<double>::infinity();

  const VectorXd weights = factorisation.solve(data_.values);
  // Derivative of the log likelihood by each entry of the covariance: (w w^T - K^-1) / 2.
  MatrixXd by_entry = factorisation.solve(MatrixXd::Identity(count, count));
  by_entry = 0.5 * (weights * weights.transpose() - by_entry);
  ArrayXd by_pair(pairs_);
  for (Index j = 0, pair = 0; j < count; pair += count - ++j)
    by_pair.segment(pair, count - 1 - j) = 2 * by_entry.col(j).tail(count - 1 - j).array();

  const double trace = by_entry.diagonal().sum();
  const double by_scale = (by_pair * kernel.value).sum() + trace;
  const ArrayXd by_a =
      (differences_.matrix().transpose() * (h.scale * by_pair * kernel.slope).matrix()).array();
  const ArrayXd by_log_a = a * by_a + 0.1 / a - 0.1 * a;
  for (Index d = 0; d < dimensions; ++d) gradient[static_cast<size_t>(d)] = -by_log_a[d];
  const auto at_scale = static_cast<size_t>(dimensions);
  gradient[at_scale] = -(h.scale * by_scale + 1 - h.scale);
  gradient[at_scale + 1] = -(h.noise - kLeastNoise) * (trace + 0.1 / h.noise - 30);

  const double log_likelihood =
      -0.5 * data_.values.dot(weights) - factorisation.matrixLLT().diagonal().array().log().sum();
  const double log_prior = -0.1 * (1 / a + a).sum() + std::log(h.scale) - h.scale +
                           0.1 * std::log(h.noise) - 30 * h.noise;
  return -(log_likelihood + log_prior);
}

Hyperparameters fit_hyperparameters(const TrainingData& data, bool deterministic) {
  const auto dimensions = static_cast<size_t>(data.points.cols());
  const Box box = box_of(dimensions, deterministic);
  std::vector<double> theta(dimensions + 2, 0);
  theta.back() = std::log(kFirstNoise);

  LbfgsOptions options;
  options.gradient_tolerance = 1e-2;
  options.value_tolerance = 1e-5;
  for (const Index points : {kCoarsePoints, kFinePoints}) {
    if (points == kFinePoints && data.values.size() <= kCoarsePoints) break;
    const TrainingData part = part_of(data, points);
    options.max_iterations = points == kCoarsePoints ? 60 : 40;
    theta = minimize_in_box(MapObjective(part), theta, box, options).x;
  }
  return from_theta(theta);
}

}  // namespace foldmill::sampler::gp
