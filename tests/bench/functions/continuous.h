#pragma once

#include <span>

namespace foldmill::bench {

// Known functions of real numbers, to be minimised. Each takes as many as its name or the comment
// says; the sums take any number. Box and minimum of each stand in test_functions.cc.

double sphere(std::span<const double> x);
double branin(std::span<const double> x);  // 2 (Branin 1972)
double hartmann3(std::span<const double> x);
double hartmann6(std::span<const double> x);
double rosenbrock(std::span<const double> x);
double ackley(std::span<const double> x);
double rastrigin(std::span<const double> x);
double styblinski(std::span<const double> x);

}  // namespace foldmill::bench
