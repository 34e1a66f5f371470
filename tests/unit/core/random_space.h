#pragma once

#include <cstdint>

#include "core/random.h"
#include "core/search_space.h"

namespace foldmill::testing {

// Any sound range: all kinds, with and without logarithm and step, single values among them.
Distribution random_distribution(Random& random);

// The k-th value of a finite range, from 0.
ParameterValue grid_point(const Distribution& distribution, int64_t k);

// Up to `most` parameters, about half of them with conditions on earlier ones; in random order.
SearchSpace random_space(Random& random, int most);

// A uniformly drawn point, conditions respected.
ParameterSet random_point(const SearchSpace& space, Random& random);

}  // namespace foldmill::testing
