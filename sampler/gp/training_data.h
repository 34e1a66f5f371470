#pragma once

#include <Eigen/Core>
#include <vector>

#include "core/study.h"
#include "sampler/gp/matern_kernel.h"
#include "sampler/gp/model_space.h"
#include "sampler/history.h"

namespace foldmill::sampler::gp {

// What a Gaussian process learns from. Values are standardised and larger is better.
struct TrainingData {
  std::vector<DimensionKind> kinds;
  Eigen::MatrixXd points;       // a row for each observation, a column for each dimension
  Eigen::VectorXd values;       // one per observation
  Eigen::VectorXd known_noise;  // variance of each value's error, beside the estimated one
  Eigen::MatrixXd running;      // rows of points whose values are still to come
};

// Trials with a value, measured or estimated, whose standard error is known noise; behind them
// those stopped without an estimate, at an assumed value with a large noise, and running ones; all
// as far as they lie within today's ranges. Infinite values count as the worst or best finite one.
// Values that are far worse than most count by the logarithm of how far: see draw_in_outliers().
// Of more than `max_trials` with a value the best half and, of the others, the latest are kept; of
// stopped ones the latest, as many as there is room for; of more than 64 running ones the latest.
TrainingData training_data(const History& history, const ModelSpace& space, Direction direction,
                           size_t max_trials);

}  // namespace foldmill::sampler::gp
