#include "sampler/tpe/log_sum_exp.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace foldmill::sampler {
namespace {

// As many sums as compilers make vectors of, whatever their width.
constexpr size_t kLanes = 8;
using Lanes = std::array<double, kLanes>;

// exp(x) for x <= 0, without a branch or a call so that loops over it become vector code. 2^n times
// the Taylor series of the rest, which is at most log(2)/2: the next term is below 1e-17. What
// would be less than exp(-700) is exp(-700): nothing beside the 1 that every sum here has.
inline double exp_not_positive(double x) {
  constexpr double kLog2E = 1.4426950408889634074;
  constexpr double kLn2High = 6.93147180369123816490e-01;  // the last 32 bits are 0
  constexpr double kLn2Low = 1.90821492927058770002e-10;
  constexpr double kRounding = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  x = x < -700 ? -700 : x;
  const double shifted = x * kLog2E + kRounding;
  const double n = shifted - kRounding;
  const double r = (x - n * kLn2High) - n * kLn2Low;
  double series = 1.0 / 6227020800;
  series = series * r + 1.0 / 479001600;
  series = series * r + 1.0 / 39916800;
  series = series * r + 1.0 / 3628800;
  series = series * r + 1.0 / 362880;
  series = series * r + 1.0 / 40320;
  series = series * r + 1.0 / 5040;
  series = series * r + 1.0 / 720;
  series = series * r + 1.0 / 120;
  series = series * r + 1.0 / 24;
  series = series * r + 1.0 / 6;
  series = series * r + 0.5;
  series = series * r + 1;
  series = series * r + 1;
  return series * std::bit_cast<double>((std::bit_cast<uint64_t>(shifted) + 1023) << 52);
}

// Calls `use` with eight values after the other; the last are filled up with -infinity.
template <class Use>
void for_each_eight(std::span<const double> values, const Use& use) {
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) use(values.data() + i);
  if (i == values.size()) return;
  Lanes rest;
  rest.fill(-std::numeric_limits<double>::infinity());
  std::copy(values.begin() + static_cast<std::ptrdiff_t>(i), values.end(), rest.begin());
  use(rest.data());
}

double largest_of(std::span<const double> values) {
  Lanes largest;
  largest.fill(values[0]);
  for_each_eight(values, [&](const double* eight) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      largest[lane] = eight[lane] > largest[lane] ? eight[lane] : largest[lane];
  });
  return *std::max_element(largest.begin(), largest.end());
}

}  // namespace

double log_sum_exp(std::span<const double> values) {
  const double largest = largest_of(values);
  if (std::isinf(largest)) return largest;
  Lanes sums{};
  for_each_eight(values, [&](const double* eight) {
    for (size_t lane = 0; lane < kLanes; ++lane)
      sums[lane] += exp_not_positive(eight[lane] - largest);
  });
  double sum = 0;
  for (double part : sums) sum += part;
  return largest + std::log(sum);
}

}  // namespace foldmill::sampler
