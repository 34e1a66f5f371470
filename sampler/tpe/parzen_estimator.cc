#include "sampler/tpe/parzen_estimator.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/check.h"
#include "sampler/tpe/kernel_shapes.h"
#include "sampler/tpe/log_sum_exp.h"

namespace foldmill::sampler {
ParzenEstimator::Kernels ParzenEstimator::make_kernels(const ObservedParameter& parameter,
                                                       double prior_weight) {
  if (const CategoricalDistribution* categorical = parameter.distribution->as_categorical())
    return CategoricalKernels(categorical->choices.size(), parameter.values, prior_weight);
  const UnitTransform transform = *UnitTransform::of(*parameter.distribution);
  if (transform.stepped()) return SteppedKernels(transform, parameter.values);
  return ContinuousKernels(transform, parameter.values);
}

ParzenEstimator::ParzenEstimator(std::span<const ObservedParameter> parameters, double prior_weight,
                                 std::vector<double> weights)
    : log_weights_(std::move(weights)) {
  FOLDMILL_CHECK(!parameters.empty(), "a Parzen estimator needs at least one parameter");
  const size_t observations = parameters.front().values.size();
  parameters_.reserve(parameters.size());
  for (const ObservedParameter& parameter : parameters) {
    FOLDMILL_CHECK(parameter.values.size() == observations, "columns of different length");
    parameters_.push_back(make_kernels(parameter, prior_weight));
  }

  if (log_weights_.empty()) log_weights_ = age_weights(observations);
  FOLDMILL_CHECK(log_weights_.size() == observations, "weights for other observations");
  log_weights_.push_back(prior_weight);
  cumulative_weights_.resize(log_weights_.size());
  std::partial_sum(log_weights_.begin(), log_weights_.end(), cumulative_weights_.begin());
  for (double& weight : log_weights_) weight = std::log(weight / cumulative_weights_.back());
}

size_t ParzenEstimator::pick_component(Random& random) const {
  const double position = random.uniform(0, cumulative_weights_.back());
  const auto found =
      std::upper_bound(cumulative_weights_.begin(), cumulative_weights_.end() - 1, position);
  return static_cast<size_t>(found - cumulative_weights_.begin());
}

PointBatch ParzenEstimator::sample(size_t points, Random& random) const {
  PointBatch batch(points, parameters_.size());
  for (size_t point = 0; point < points; ++point) {
    const size_t component = pick_component(random);
    for (size_t d = 0; d < parameters_.size(); ++d)
      batch.column(d)[point] = std::visit(
          [&](const auto& kernels) { return kernels.sample(component, random); }, parameters_[d]);
  }
  return batch;
}

void ParzenEstimator::add_log_densities(size_t dimension, double internal, MassTable& masses,
                                        std::span<double> row) const {
  if (const auto* stepped = std::get_if<SteppedKernels>(&parameters_[dimension]))
    stepped->add_log_densities(internal, masses, row);
  else if (const auto* continuous = std::get_if<ContinuousKernels>(&parameters_[dimension]))
    continuous->add_log_densities(internal, row);
  else
    std::get<CategoricalKernels>(parameters_[dimension]).add_log_densities(internal, row);
}

std::vector<double> ParzenEstimator::log_density(const PointBatch& points) const {
  std::vector<MassTable> masses(parameters_.size());
  std::vector<double> row(log_weights_.size());
  std::vector<double> densities(points.count);
  for (size_t point = 0; point < points.count; ++point) {
    std::copy(log_weights_.begin(), log_weights_.end(), row.begin());
    for (size_t d = 0; d < parameters_.size(); ++d)
      add_log_densities(d, points.column(d)[point], masses[d], row);
    densities[point] = log_sum_exp(row);
  }
  return densities;
}

}  // namespace foldmill::sampler
