#pragma once

namespace foldmill::sampler {

// Student's t distribution with `freedom` > 0 degrees of freedom.

// The probability of more than `statistic`, which may be infinite and must not be NaN.
double students_t_tail(double freedom, double statistic);
// What is exceeded with `probability`, in (0, 1).
double students_t_exceeded(double freedom, double probability);

}  // namespace foldmill::sampler
