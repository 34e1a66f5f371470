#pragma once

#include "core/distribution.h"
#include "core/random.h"

namespace foldmill::sampler {

// How a child gets its values. All are internal values (core/distribution.h) within the range.

// Of two parents' values; of equal ones that value. Numbers: one child of a simulated binary
// crossover on the parameter's scale (Deb and Agrawal, "Simulated binary crossover for continuous
// search space", 1995); what falls outside is put on the end of the range. Choices: either of the
// two.
double cross(const Distribution& distribution, double first, double second, Random& random);

// Another value. Numbers: polynomial mutation on the parameter's scale (Deb and Agrawal, "A niched-
// penalty approach for constraint handling in genetic algorithms", 1999), which mostly stays near;
// where the grid is so coarse that it stays at the value, any. Choices: any.
double mutate(const Distribution& distribution, double value, Random& random);

}  // namespace foldmill::sampler
