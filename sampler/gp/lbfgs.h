#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace foldmill::sampler::gp {

// Value at x; fills `gradient`. Infinity or NaN where the function is not defined.
using GradientFunction =
    std::function<double(std::span<const double> x, std::span<double> gradient)>;

struct Box {
  std::vector<double> low, high;  // low <= high; equal ends pin a variable
};

struct LbfgsOptions {
  int max_iterations = 100;
  double gradient_tolerance = 1e-6;  // largest component of the projected gradient
  double value_tolerance = 1e-12;    // relative decrease of one iteration
  size_t memory = 8;                 // pairs of steps and gradient changes
};

struct LbfgsResult {
  std::vector<double> x;
  double value = 0;
  int iterations = 0;
  int evaluations = 0;
};

// A local minimum within the box, never worse than the start (which is moved into the box first).
// Limited-memory BFGS (Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp.
// 35, 1980) on the variables that are not held by a bound, with backtracking along the projected
// path (Bertsekas, "Projected Newton methods for optimization problems with simple constraints",
// SIAM J. Control 20, 1982). Returns the start when the function is not finite there.
LbfgsResult minimize_in_box(const GradientFunction& function, std::span<const double> start,
                            const Box& box, const LbfgsOptions& options);

}  // namespace foldmill::sampler::gp
