#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/pareto.h"

namespace foldmill::sampler {

// Indices of `count` of the points that together dominate nearly as much volume as any `count` of
// them can: each time the one that adds most, the first of equal ones, which is at least 1 - 1/e of
// the best (Nemhauser, Wolsey and Fisher 1978; Guerreiro, Fonseca and Paquete, "Greedy hypervolume
// subset selection in low dimensions", 2016). The volume reaches a tenth of the points' extent
// beyond the worst of them in each objective. At most as many as there are points.
std::vector<size_t> hypervolume_subset(std::span<const Losses> points, size_t count);

// How much of the volume that all points dominate together each of them dominates alone; 0 for
// those that others dominate or equal. The volume is that of hypervolume_subset(), its unit the
// cube that the points extend over.
std::vector<double> hypervolume_contributions(std::span<const Losses> points);

}  // namespace foldmill::sampler
