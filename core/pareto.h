#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace foldmill {

// What several objectives say of one point, turned so that less is better; without NaN. Points that
// are compared have equally many.
using Losses = std::vector<double>;

// No worse in any, better in one.
bool dominates(std::span<const double> a, std::span<const double> b);

// For each point the number of the front that it is on: 0 for those that no other point dominates,
// 1 for those that only they dominate, and so on (Deb, Pratap, Agarwal and Meyarivan, "A fast and
// elitist multiobjective genetic algorithm: NSGA-II", 2002). Equal points are on the same front.
// O(N log N) for two objectives; for more as in Zhang, Tian, Cheng and Jin, "An efficient approach
// to nondominated sorting for evolutionary multiobjective optimization", 2015.
std::vector<size_t> domination_ranks(std::span<const Losses> points);

// Indices of the points that no other dominates, in the order of the points.
std::vector<size_t> pareto_front(std::span<const Losses> points);

}  // namespace foldmill
