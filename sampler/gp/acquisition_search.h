#pragma once

#include <Eigen/Core>
#include <functional>

#include "core/random.h"
#include "sampler/gp/acquisition.h"
#include "sampler/gp/model_space.h"

namespace foldmill::sampler::gp {

// The settled point of largest acquisition that `is_new` accepts; the largest of all when it
// accepts none. Looks at scrambled Sobol points (all points, where they are few) and points around
// `best`, then climbs from `best`, from the largest of them and from some that chance picks by
// their expected improvement: continuous dimensions together by L-BFGS, then discrete ones in turn,
// until neither helps. Ten climbs at most.
Eigen::VectorXd largest_acquisition(const Acquisition& acquisition, const ModelSpace& space,
                                    const Hyperparameters& hyperparameters,
                                    const Eigen::VectorXd& best, Random random,
                                    const std::function<bool(const Eigen::VectorXd&)>& is_new);

}  // namespace foldmill::sampler::gp
