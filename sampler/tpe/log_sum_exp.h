#pragma once

#include <span>

namespace foldmill::sampler {

// log(sum of exp(value)), without overflow; -infinity where all are. At least one value, none of
// them NaN. Relative error of the sum about 1e-15, and the same bits on every machine with the same
// instruction set for doubles: the order of the additions is fixed.
double log_sum_exp(std::span<const double> values);

}  // namespace foldmill::sampler
