#pragma once

#include <optional>
#include <vector>

#include "sampler/importance/regression_tree.h"

namespace foldmill::sampler::importance {

// Takes the tree's mean under uniform draws from the unit cube off its values. To be done before
// the others, or rounding hides a small variance beside a large mean.
void centre(std::vector<Leaf>& leaves);

// The variance of a tree's value under uniform draws from the unit cube.
double total_variance(const std::vector<Leaf>& leaves);

// The variance, under uniform draws from `box`, of the tree's mean over all axes but `first` (and
// `second`): what one axis, or two together, make the value vary by. 0 where the box has no extent.
double marginal_variance(const std::vector<Leaf>& leaves, const ActiveBox& box, size_t first,
                         std::optional<size_t> second = std::nullopt);

}  // namespace foldmill::sampler::importance
