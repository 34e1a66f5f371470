#include "sampler/cmaes/evolution.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

namespace foldmill::sampler {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kRedraws = 100;
constexpr double kSmallestSigma = 1e-15;  // beyond, differences vanish in rounding
constexpr double kLargestSigma = 10;      // ten times the whole range
constexpr double kSmallestEigenvalue = 1e-20;
constexpr double kMostGrowth = 1;  // of log sigma in one generation

double square(double x) { return x * x; }

double sum_squared_over_squares(const VectorXd& v) { return square(v.sum()) / v.squaredNorm(); }

// How many standard deviations are exceeded with this probability.
double upper_quantile(double probability) {
  return boost::math::quantile(boost::math::complement(boost::math::normal(), probability));
}

double below(double deviations) { return 0.5 * std::erfc(-deviations / std::sqrt(2.0)); }

}  // namespace

EvolutionRates::EvolutionRates(int dimensions, int population)
    : parents(population / 2), weights(population) {
  const double n = dimensions;
  for (int i = 0; i < population; ++i)
    weights[i] = std::log((population + 1) / 2.0) - std::log(i + 1.0);
  const VectorXd good = weights.head(parents);
  const VectorXd bad = weights.tail(population - parents);
  effective = sum_squared_over_squares(good);
  const double bad_effective = sum_squared_over_squares(bad);

  c_sigma = (effective + 2) / (n + effective + 5);
  d_sigma = 1 + 2 * std::max(0.0, std::sqrt((effective - 1) / (n + 1)) - 1) + c_sigma;
  c_c = (4 + effective / n) / (n + 4 + 2 * effective / n);
  c_1 = 2 / (square(n + 1.3) + effective);
  c_mu =
      std::min(1 - c_1 - 1e-8, 2 * (effective - 2 + 1 / effective) / (square(n + 2) + effective));
  expected_norm = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  const double least = std::min(
      {1 + c_1 / c_mu, 1 + 2 * bad_effective / (effective + 2), (1 - c_1 - c_mu) / (n * c_mu)});
  weights.head(parents) /= good.sum();
  weights.tail(population - parents) *= least / std::abs(bad.sum());
}

Evolution::Evolution(const EvolutionRates& rates, const std::vector<CellOf>& cells, double sigma)
    : rates_(&rates), cells_(&cells), sigma_(sigma) {
  const auto n = static_cast<Index>(cells.size());
  mean_ = VectorXd::Constant(n, 0.5);
  scale_ = VectorXd::Ones(n);
  covariance_ = axes_ = MatrixXd::Identity(n, n);
  lengths_ = VectorXd::Ones(n);
  sigma_path_ = c_path_ = VectorXd::Zero(n);
  keep_margin();
}

VectorXd Evolution::sample(Random& random) const {
  VectorXd point;
  for (int draw = 0; draw < kRedraws; ++draw) {
    VectorXd normal(mean_.size());
    for (double& number : normal) number = random.normal();
    point = mean_ + sigma_ * scale_.cwiseProduct(axes_ * lengths_.cwiseProduct(normal));
    bool inside = true;
    for (Index j = 0; j < point.size(); ++j)
      inside = inside && ((*cells_)[static_cast<size_t>(j)] || (point[j] >= 0 && point[j] <= 1));
    if (inside) return point;
  }
  for (Index j = 0; j < point.size(); ++j)
    if (!(*cells_)[static_cast<size_t>(j)]) point[j] = std::clamp(point[j], 0.0, 1.0);
  return point;
}

VectorXd Evolution::step_to(const VectorXd& point) const {
  return (point - mean_).cwiseQuotient(scale_) / sigma_;
}

double Evolution::whitened_norm(const VectorXd& step) const {
  return (axes_.transpose() * step).cwiseQuotient(lengths_).norm();
}

VectorXd Evolution::injected_step_to(const VectorXd& point) const {
  const auto n = static_cast<double>(mean_.size());
  const VectorXd step = step_to(point);
  const double longest = std::sqrt(n) + 2 * n / (n + 2);
  const double length = whitened_norm(step);
  return length > longest ? VectorXd(step * (longest / length)) : step;
}

double Evolution::deviation(Index j) const {
  return sigma_ * scale_[j] * std::sqrt(covariance_(j, j));
}

void Evolution::update(const std::vector<VectorXd>& steps) {
  VectorXd mean_step = VectorXd::Zero(mean_.size());
  for (int i = 0; i < rates_->parents; ++i)
    mean_step += rates_->weights[i] * steps[static_cast<size_t>(i)];
  mean_ += sigma_ * scale_.cwiseProduct(mean_step);
  ++generation_;
  adapt_step_size(mean_step);
  adapt_covariance(steps, mean_step);
  decompose();
  keep_margin();
}

void Evolution::adapt_step_size(const VectorXd& mean_step) {
  const double c = rates_->c_sigma;
  const VectorXd white = axes_ * (axes_.transpose() * mean_step).cwiseQuotient(lengths_);
  sigma_path_ = (1 - c) * sigma_path_ + std::sqrt(c * (2 - c) * rates_->effective) * white;
  const double growth = c / rates_->d_sigma * (sigma_path_.norm() / rates_->expected_norm - 1);
  sigma_ =
      std::clamp(sigma_ * std::exp(std::min(growth, kMostGrowth)), kSmallestSigma, kLargestSigma);
}

void Evolution::adapt_covariance(const std::vector<VectorXd>& steps, const VectorXd& mean_step) {
  const EvolutionRates& r = *rates_;
  const auto n = static_cast<double>(mean_.size());
  const double settled = std::sqrt(1 - std::pow(1 - r.c_sigma, 2.0 * generation_));
  // Stalls the path while the step size still grows fast.
  const double stalled =
      sigma_path_.norm() / settled < (1.4 + 2 / (n + 1)) * r.expected_norm ? 0 : 1;
  c_path_ = (1 - r.c_c) * c_path_ +
            (1 - stalled) * std::sqrt(r.c_c * (2 - r.c_c) * r.effective) * mean_step;

  MatrixXd spread = MatrixXd::Zero(mean_.size(), mean_.size());
  for (Index i = 0; i < r.weights.size(); ++i) {
    const VectorXd& step = steps[static_cast<size_t>(i)];
    double weight = r.weights[i];
    if (weight < 0) weight *= n / (square(whitened_norm(step)) + 1e-8);
    spread += weight * step * step.transpose();
  }
  const double kept = 1 + r.c_1 * stalled * r.c_c * (2 - r.c_c) - r.c_1 - r.c_mu * r.weights.sum();
  covariance_ = kept * covariance_ + r.c_1 * c_path_ * c_path_.transpose() + r.c_mu * spread;
}

void Evolution::decompose() {
  covariance_ = (covariance_ + covariance_.transpose().eval()) / 2;
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance_);
  axes_ = solver.eigenvectors();
  const VectorXd eigenvalues = solver.eigenvalues().cwiseMax(kSmallestEigenvalue);
  lengths_ = eigenvalues.cwiseSqrt();
  covariance_ = axes_ * eigenvalues.asDiagonal() * axes_.transpose();
}

void Evolution::keep_margin() {
  for (Index j = 0; j < mean_.size(); ++j)
    if (const CellOf& cell_of = (*cells_)[static_cast<size_t>(j)])
      keep_margin(j, cell_of(mean_[j]));
}

void Evolution::keep_margin(Index j, const Cell& cell) {
  const double margin =
      1.0 / (static_cast<double>(mean_.size()) * static_cast<double>(rates_->weights.size()));
  const double deviation_j = deviation(j);
  if (!cell.low || !cell.high) {  // an outermost cell: the mean stays near the way out
    if (!cell.low && !cell.high) return;
    const double way_out = cell.low ? *cell.low : *cell.high;
    const double farthest = upper_quantile(std::min(margin, 0.5)) * deviation_j;
    mean_[j] = std::clamp(mean_[j], way_out - farthest, way_out + farthest);
    return;
  }
  const double low = below((*cell.low - mean_[j]) / deviation_j);
  const double high = below((mean_[j] - *cell.high) / deviation_j);
  if (low >= margin / 2 && high >= margin / 2) return;
  const double raised_low = std::max(low, margin / 2);
  const double raised_high = std::max(high, margin / 2);
  const double middle = 1 - low - high;
  // What was added is taken from where there is more than the margin (eqs. 12 to 15).
  const double excess =
      (1 - raised_low - raised_high - middle) / (raised_low + raised_high + middle - 1.5 * margin);
  const double to_low = upper_quantile(raised_low + excess * (raised_low - margin / 2));
  const double to_high = upper_quantile(raised_high + excess * (raised_high - margin / 2));
  mean_[j] = (*cell.low * to_high + *cell.high * to_low) / (to_low + to_high);
  scale_[j] =
      (*cell.high - *cell.low) / (sigma_ * std::sqrt(covariance_(j, j)) * (to_low + to_high));
}

}  // namespace foldmill::sampler
