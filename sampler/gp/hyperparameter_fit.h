#pragma once

#include <span>

#include "sampler/gp/training_data.h"

namespace foldmill::sampler::gp {

inline constexpr double kLeastNoise = 1e-6;  // variance, of standardised values

// Minus the logarithm of the posterior density of a process's hyperparameters, up to a constant:
// the marginal likelihood (Rasmussen and Williams 2006, equation 5.8) times priors that keep what
// the data does not decide in sensible places. By a = inverse squared length, s = scale and v =
// noise: log prior = sum(-0.1/a - 0.1 a) + (log s - s) + (0.1 log v - 30 v).
class MapObjective {
 public:
  // `data` must outlive it. Its running points are not looked at.
  explicit MapObjective(const TrainingData& data);

  // `theta` is (log a of each dimension, log s, log(v - kLeastNoise)).
  double operator()(std::span<const double> theta, std::span<double> gradient) const;

 private:
  const TrainingData& data_;
  Eigen::Index pairs_;
  Eigen::ArrayXXd differences_;  // squared, a row for each pair i > j, a column for each dimension
};

// The most probable hyperparameters, found from a small part of the data first and from at most
// 128 observations then: half of them the best, the others spread evenly over the rest, since the
// cost is cubic. `deterministic` pins the noise to its least.
Hyperparameters fit_hyperparameters(const TrainingData& data, bool deterministic);

}  // namespace foldmill::sampler::gp
