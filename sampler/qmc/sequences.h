#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace foldmill::sampler {

inline constexpr size_t kMaxSobolDimensions = 3667;  // direction numbers of Joe and Kuo in Boost

// Point `index` (below 2^32 - 1) of a Sobol sequence (Sobol 1967; direction numbers: Joe, Kuo:
// "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci. Comput.
// 2008), each coordinate in (0, 1), the centre of a cell of 2^-32. With a seed its bits are
// scrambled by Owen's nested uniform scrambling ("Randomly permuted (t,m,s)-nets and
// (t,s)-sequences", 1995): each bit is flipped or not by a hash of the seed, the dimension and the
// bits before it, which keeps the net and makes every point uniform. Without one the sequence
// begins at its second point, since the first is a corner.
std::vector<double> sobol_point(uint32_t index, size_t dimensions, std::optional<uint64_t> seed);

// The same of a Halton sequence, whose dimensions are the radical inverses in the first primes
// (Halton 1960). With a seed every digit has a random permutation of its own (Owen: "A randomized
// Halton algorithm in R", 2017), which takes away the correlations of neighbouring large primes.
std::vector<double> halton_point(uint32_t index, size_t dimensions, std::optional<uint64_t> seed);

}  // namespace foldmill::sampler
