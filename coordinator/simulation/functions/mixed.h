#pragma once

#include "core/search_space.h"

namespace foldmill::simulation {

// What a study of an autoencoder looks like: three stepped widths, a learning rate on the
// logarithm, a layer and an optimiser that interact. Minimum 0.0104890625 at n1 16, n2 32, n3 56,
// fc 96, RAdam, lr 0.00566.
SearchSpace mixed_space();
double mixed(const ParameterSet& point);

}  // namespace foldmill::simulation
