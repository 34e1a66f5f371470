#pragma once

#include <Eigen/Core>

#include "sampler/gp/acquisition.h"
#include "sampler/gp/model_space.h"

namespace foldmill::sampler::gp {

struct ScoredPoint {
  Eigen::VectorXd point;
  double value = 0;
};

// Climbs an acquisition from settled points to settled points. Refers to all it is given.
class LocalSearch {
 public:
  LocalSearch(const Acquisition& acquisition, const ModelSpace& space,
              const Hyperparameters& hyperparameters);

  // Alternates between the continuous dimensions and the discrete ones. Never worse than the start.
  ScoredPoint climb(ScoredPoint start) const;

 private:
  // Moves `at` when the result, once settled, is better.
  bool accept(ScoredPoint& at, const Eigen::VectorXd& moved) const;
  // L-BFGS over free numeric dimensions; fine grids among them when `relaxed`.
  void climb_numeric(ScoredPoint& at, bool relaxed) const;
  bool improve_discrete(ScoredPoint& at) const;
  bool try_all_values(ScoredPoint& at, Eigen::Index dimension) const;
  bool try_neighbours(ScoredPoint& at, Eigen::Index dimension) const;
  bool try_value(ScoredPoint& at, Eigen::Index dimension, int64_t k) const;
  bool is_fine_grid(Eigen::Index dimension) const;

  const Acquisition& acquisition_;
  const ModelSpace& space_;
  Eigen::VectorXd lengths_;  // scale of each dimension: L-BFGS sees a round function
};

}  // namespace foldmill::sampler::gp
