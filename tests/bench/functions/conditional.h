#pragma once

#include "core/search_space.h"

namespace foldmill::bench {

// Spaces with conditions.

// A network of one to three layers, each with a width of its own, and an optimiser with momentum or
// without. Minimum 0.05: two layers of 32 and 48, sgd, lr 0.01, momentum 0.9.
SearchSpace tree_space();
double tree(const ParameterSet& point);

// One of three families; every number belongs to one of them. Minimum 0.1: family c, rate 0.01,
// share 0.7.
SearchSpace hidden_space();
double hidden(const ParameterSet& point);

}  // namespace foldmill::bench
