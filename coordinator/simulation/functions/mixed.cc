#include "coordinator/simulation/functions/mixed.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace foldmill::simulation {
namespace {

Distribution integer(int64_t low, int64_t high, int64_t step) {
  return *Distribution::make_int(low, high, false, step);
}

double number(const ParameterSet& point, const char* name) { return *point.get_double(name); }
double square(double x) { return x * x; }

}  // namespace

SearchSpace mixed_space() {
  const ParameterValue adam = std::string("Adam"), radam = std::string("RAdam");
  return SearchSpace::create({{"n1", integer(8, 16, 4), {}},
                              {"n2", integer(16, 32, 8), {}},
                              {"n3", integer(32, 64, 8), {}},
                              {"lr", *Distribution::make_float(1e-4, 8e-3, true), {}},
                              {"fc", integer(64, 128, 32), {}},
                              {"opt", *Distribution::make_categorical({adam, radam}), {}}})
      .value();
}

double mixed(const ParameterSet& point) {
  const double n1 = number(point, "n1"), n2 = number(point, "n2"), n3 = number(point, "n3");
  const double radam = point.get_string("opt") == "RAdam" ? 1 : 0;
  const double capacity = (n1 / 16 + n2 / 32 + n3 / 64 + number(point, "fc") / 128) / 4;
  const double best_log_rate = std::log10(0.0047) + 0.12 * radam - 0.25 * (capacity - 0.75);
  const double off = std::log10(number(point, "lr")) - best_log_rate;
  return 0.010 + 0.015 * square(off) * (off > 0 ? 2.5 : 1) + 0.006 * (1 - capacity) +
         0.20 * square(std::max(0.0, capacity - 0.90)) + 0.0015 * square(n2 / n1 - 2) +
         0.0010 * square(n3 / n2 - 2) + 0.0006 * radam * (1 - capacity) - 0.0002 * radam;
}

}  // namespace foldmill::simulation
