#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pareto.h"
#include "core/search_space.h"

namespace foldmill::bench {

struct FrontValue {
  Losses losses;
  double violation = 0;  // of the function's constraints, 0: feasible
};

// A function of two losses to be minimised, with the greatest hypervolume that can be reached.
struct FrontFunction {
  std::string name;
  SearchSpace space;
  Losses reference;
  double optimum;  // hypervolume of the whole Pareto front up to the reference
  std::function<FrontValue(const ParameterSet&)> value;
};

// zdt1, zdt2: Zitzler, Deb and Thiele, "Comparison of multiobjective evolutionary algorithms:
// empirical results", 2000, with ten variables instead of thirty, as for a few hundred trials.
// constr: the problem of that name in Deb, Pratap, Agarwal and Meyarivan, 2002, whose constraints
// cut off a good part of the front.
const std::vector<FrontFunction>& front_functions();

const FrontFunction* find_front_function(std::string_view name);  // null when there is none

}  // namespace foldmill::bench
