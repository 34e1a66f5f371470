#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace foldmill::sampler {

// Point `index` (below 2^32 - 1) of a Sobol sequence (Sobol 1967; direction numbers: Joe, Kuo:
// "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput.
// 2008), each coordinate in (0, 1), with at most kMaxSobolDimensions. With a seed it is scrambled
// (sampler/sobol.h), which keeps the net and makes every point uniform. Without one the sequence
// begins at its second point, since the first is a corner.
std::vector<double> sobol_point(uint32_t index, size_t dimensions, std::optional<uint64_t> seed);

// The same of a Halton sequence, whose dimensions are the radical inverses in the first primes
// (Halton 1960). With a seed every digit has a random permutation of its own (Owen: "A randomized
// Halton algorithm in R", 2017), which takes away the correlations of neighbouring large primes.
std::vector<double> halton_point(uint32_t index, size_t dimensions, std::optional<uint64_t> seed);

}  // namespace foldmill::sampler
