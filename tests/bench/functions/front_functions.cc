#include "tests/bench/functions/front_functions.h"

#include <algorithm>
#include <cmath>

namespace foldmill::bench {
namespace {

constexpr size_t kVariables = 10;  // of zdt1 and zdt2

SearchSpace unit_cube() {
  std::vector<SearchParameter> parameters;
  for (size_t i = 0; i < kVariables; ++i)
    parameters.push_back({"x" + std::to_string(i), Distribution::make_float(0, 1).value(), {}});
  return SearchSpace::create(std::move(parameters)).value();
}

// The distance from the front: 1 on it.
double zdt_distance(const std::vector<double>& x) {
  double sum = 0;
  for (size_t i = 1; i < x.size(); ++i) sum += x[i];
  return 1 + 9 * sum / static_cast<double>(x.size() - 1);
}

std::vector<double> coordinates(const ParameterSet& point) {
  std::vector<double> x;
  for (const auto& [name, value] : point) x.push_back(*as_double(value));
  return x;
}

FrontValue zdt1(const ParameterSet& point) {
  const std::vector<double> x = coordinates(point);
  const double g = zdt_distance(x);
  return {{x[0], g * (1 - std::sqrt(x[0] / g))}};
}

FrontValue zdt2(const ParameterSet& point) {
  const std::vector<double> x = coordinates(point);
  const double g = zdt_distance(x);
  return {{x[0], g * (1 - x[0] / g * (x[0] / g))}};
}

SearchSpace constr_space() {
  return SearchSpace::create({{"x", Distribution::make_float(0.1, 1).value(), {}},
                              {"y", Distribution::make_float(0, 5).value(), {}}})
      .value();
}

FrontValue constr(const ParameterSet& point) {
  const std::vector<double> at = coordinates(point);
  const double x = at[0], y = at[1];
  const double first = std::max(0.0, 6 - (y + 9 * x));
  const double second = std::max(0.0, 1 - (9 * x - y));
  return {{x, (1 + y) / x}, first / 6 + second};
}

}  // namespace

const std::vector<FrontFunction>& front_functions() {
  // Of zdt1: the integral of 11 - (1 - sqrt(x)) over the unit interval and a strip of a tenth
  // beyond; of zdt2 likewise with x^2. Of constr: y = 6 - 9x from 7/18 to 2/3, and from there y =
  // 0.
  const double constr_volume =
      19 * 5.0 / 18 - 7 * std::log(12.0 / 7) + 10.0 / 3 - std::log(1.5) + 0.9;
  static const std::vector<FrontFunction> kFunctions{
      {"zdt1", unit_cube(), {1.1, 11}, 10 + 2.0 / 3 + 1.1, zdt1},
      {"zdt2", unit_cube(), {1.1, 11}, 10 + 1.0 / 3 + 1.1, zdt2},
      {"constr", constr_space(), {1.1, 10}, constr_volume, constr}};
  return kFunctions;
}

const FrontFunction* find_front_function(std::string_view name) {
  const auto& functions = front_functions();
  const auto found = std::find_if(functions.begin(), functions.end(),
                                  [&](const FrontFunction& f) { return f.name == name; });
  return found == functions.end() ? nullptr : &*found;
}

}  // namespace foldmill::bench
