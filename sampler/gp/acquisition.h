#pragma once

#include <Eigen/Core>

#include "core/random.h"
#include "sampler/gp/gaussian_process.h"

namespace foldmill::sampler::gp {

// How much a trial at a point promises: the logarithm of the expected improvement over the best
// observation, or, with trials running, of what it would add to the best of those.
//
// The values of the running trials are drawn from their joint posterior (128 fantasies from one
// scrambled Sobol set, so that the function is smooth and the same each time it is asked); given
// each of them the improvement is known in closed form, and the mean over the fantasies is the
// increment of the batch's expected improvement, qEI(running + point) - qEI(running) (Ginsbourger,
// Le Riche, Carraro, "Kriging is well-suited to parallelize optimization", 2010). Integrating the
// new point exactly leaves less variance than drawing all values jointly.
//
// The bar is the best value observed, not the best posterior mean: where there is noise that asks
// for more, and so explores more.
//
// Refers to `process`, which must outlive it. Immutable; safe from any thread.
class Acquisition {
 public:
  // `best` is the largest observed value.
  Acquisition(const GaussianProcess& process, double best, const Random& random);

  // One value for each column.
  Eigen::VectorXd values(const Eigen::MatrixXd& points) const;
  // The value at a point and its gradient, which is 0 along categorical dimensions.
  double value(const Eigen::VectorXd& point, Eigen::VectorXd* gradient) const;

 private:
  struct Average;
  Average average(double mean, double variance, const Eigen::VectorXd& shifts) const;

  const GaussianProcess& process_;
  Eigen::MatrixXd fantasies_;   // standard normal; a row for each running trial, a column for each
  Eigen::VectorXd thresholds_;  // one for each fantasy
};

}  // namespace foldmill::sampler::gp
