#include "tests/bench/functions/test_functions.h"

#include <algorithm>
#include <span>

#include "coordinator/simulation/functions/mixed.h"
#include "tests/bench/functions/conditional.h"
#include "tests/bench/functions/continuous.h"

namespace foldmill::bench {
namespace {

struct Range {
  double low;
  double high;
};

// f over parameters x0, x1, … with these ranges.
TestFunction over_box(std::string name, const std::vector<Range>& ranges, double optimum,
                      double (*f)(std::span<const double>), const std::vector<double>& shift = {}) {
  std::vector<SearchParameter> parameters;
  for (size_t d = 0; d < ranges.size(); ++d)
    parameters.push_back({"x" + std::to_string(d),
                          Distribution::make_float(ranges[d].low, ranges[d].high).value(),
                          {}});
  const auto value = [f, shift](const ParameterSet& point) {
    std::vector<double> x;
    for (const auto& [parameter, coordinate] : point) x.push_back(*as_double(coordinate));
    for (size_t d = 0; d < shift.size(); ++d) x[d] -= shift[d];
    return f(x);
  };
  return {std::move(name), SearchSpace::create(std::move(parameters)).value(), optimum, value};
}

std::vector<TestFunction> make_functions() {
  const auto cube = [](size_t dimensions, double low, double high) {
    return std::vector<Range>(dimensions, {low, high});
  };
  constexpr double kAckley = 32.768, kRastrigin = 5.12;
  return {
      over_box("sphere5", cube(5, -5, 5), 0, sphere),
      over_box("branin", {{-5, 10}, {0, 15}}, 0.397887357729738, branin),
      over_box("hartmann3", cube(3, 0, 1), -3.86278214782076, hartmann3),
      over_box("hartmann6", cube(6, 0, 1), -3.32236801141551, hartmann6),
      over_box("rosenbrock4", cube(4, -5, 10), 0, rosenbrock),
      over_box("ackley5", cube(5, -kAckley, kAckley), 0, ackley),
      over_box("rastrigin4", cube(4, -kRastrigin, kRastrigin), 0, rastrigin),
      over_box("styblinski4", cube(4, -5, 5), -156.664662815086, styblinski),
      over_box("sphere5s", cube(5, -5, 5), 0, sphere, {1.7, -2.3, 0.9, 3.1, -1.1}),
      over_box("ackley5s", cube(5, -kAckley, kAckley), 0, ackley, {7.3, -11.9, 3.7, 15.1, -5.3}),
      over_box("rastrigin4s", cube(4, -kRastrigin, kRastrigin), 0, rastrigin,
               {1.13, -2.37, 0.71, 3.29}),
      {"mixed", simulation::mixed_space(), 0.0104890625, simulation::mixed},
      {"tree", tree_space(), 0.05, tree},
      {"hidden", hidden_space(), 0.1, hidden},
  };
}

}  // namespace

const std::vector<TestFunction>& test_functions() {
  static const std::vector<TestFunction> functions = make_functions();
  return functions;
}

const TestFunction* find_test_function(std::string_view name) {
  const auto& functions = test_functions();
  const auto found = std::find_if(functions.begin(), functions.end(),
                                  [&](const TestFunction& f) { return f.name == name; });
  return found == functions.end() ? nullptr : &*found;
}

}  // namespace foldmill::bench
