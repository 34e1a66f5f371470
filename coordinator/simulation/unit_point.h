#pragma once

#include <vector>

#include "core/parameter.h"
#include "core/search_space.h"

namespace foldmill::simulation {

// A point of a space by coordinate: numbers as shares of their range (of its logarithm, for a log
// range), choices as their index; NaN where the parameter takes no part.
std::vector<double> unit_point(const SearchSpace& space, const ParameterSet& params);

// Squared distance of two such points. A different choice, or a parameter that only one of them
// has, counts as the whole of a range.
double squared_distance(const SearchSpace& space, const std::vector<double>& a,
                        const std::vector<double>& b);

}  // namespace foldmill::simulation
