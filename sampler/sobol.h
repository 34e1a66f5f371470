#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/random.h"

namespace foldmill::sampler {

inline constexpr size_t kMaxSobolDimensions = 3667;  // direction numbers of Joe and Kuo in Boost

// Sobol points scrambled by a random lower triangular matrix of bits and a digital shift per
// dimension (Matousek, "On the L2-discrepancy for anchored boxes", J. Complexity 14, 1998): as even
// as the plain sequence, and each point alone is uniform. The point at the origin, which Boost
// leaves out, is part of the sequence, so its first 2^k points are a (t, k, s)-net. Dimensions
// beyond the tables of direction numbers are filled with plain random numbers. A function of its
// arguments; one thread each.
class ScrambledSobol {
 public:
  ScrambledSobol(size_t dimensions, const Random& random);
  ~ScrambledSobol();
  ScrambledSobol(ScrambledSobol&&) noexcept;
  ScrambledSobol& operator=(ScrambledSobol&&) noexcept;

  // Goes on with the point that is `points` further.
  void skip(uint64_t points);
  // The next point, strictly inside the unit cube. `point` holds as many numbers as there are
  // dimensions.
  void next(std::span<double> point);

 private:
  struct Sequence;  // keeps Boost out of this header
  struct Scramble {
    std::vector<uint64_t> rows;  // of the matrix, for the leading bits, highest first
    uint64_t shift = 0;
  };

  std::vector<Scramble> scrambles_;
  std::unique_ptr<Sequence> sequence_;
  Random random_;
};

}  // namespace foldmill::sampler
