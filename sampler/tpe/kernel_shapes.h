#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sampler/unit_transform.h"

namespace foldmill::sampler {

// Weights of `count` observations by age, oldest first: the last 25 count in full, those before
// rise linearly from 1/count to 1. Not normalised.
std::vector<double> age_weights(size_t count);

// Centre and width of every normal kernel of one numeric parameter, on its scale; the observations'
// kernels in their order, then the prior's: the middle of the range, as wide as the range.
struct KernelShapes {
  std::vector<double> mu;
  std::vector<double> sigma;
};

// A kernel is as wide as the larger of the gaps to its two neighbours (Bergstra et al., "Algorithms
// for hyper-parameter optimization", NeurIPS 2011, section 4); with two observations or more, the
// outermost look inwards only. Widths are then clipped to [range / min(100, kernels + 1), range],
// Watanabe's "magic clip" ("Tree-structured Parzen estimator", 2023, section 3.3.3). The prior is
// nobody's neighbour. `observed` holds internal values inside the parameter's range.
KernelShapes kernel_shapes(const UnitTransform& transform, std::span<const double> observed);

}  // namespace foldmill::sampler
