#pragma once

#include <map>
#include <vector>

namespace foldmill::sampler {

// Log masses that kernels of a stepped parameter put on members of its grid, one per shape of
// kernel: what equal points share while a batch of them is evaluated.
using MassTable = std::map<double, std::vector<double>>;

}  // namespace foldmill::sampler
