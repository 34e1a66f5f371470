#include "tests/bench/functions/test_functions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

namespace foldmill::bench {
namespace {

void expect_close(double actual, double expected) {
  EXPECT_NEAR(actual, expected, 1e-12 * std::max(1.0, std::abs(expected)));
}

ParameterSet mixed_point(int64_t n1, int64_t n2, int64_t n3, double lr, int64_t fc,
                         const char* opt) {
  return {{"n1", n1}, {"n2", n2}, {"n3", n3}, {"lr", lr}, {"fc", fc}, {"opt", std::string(opt)}};
}

// Probes at low + (high - low) (0.2 + 0.1 i), computed elsewhere.
TEST(TestFunctions, BoxesHaveTheProbedValues) {
  const std::map<std::string, double> probes{
      {"sphere5", 15.0},
      {"branin", 33.042414969855855},
      {"hartmann3", -0.45559552002703485},
      {"hartmann6", -0.6102620973328257},
      {"rosenbrock4", 2317.5},
      {"ackley5", 19.77224800407522},
      {"rastrigin4", 16.250848589490708},
      {"styblinski4", -78.0},
      {"sphere5s", 39.81},
      {"ackley5s", 20.126744086017776},
      {"rastrigin4s", 76.4826018708997},
  };
  for (const auto& [name, expected] : probes) {
    SCOPED_TRACE(name);
    const TestFunction* function = find_test_function(name);
    ASSERT_NE(function, nullptr);
    ParameterSet point;
    double share = 0.2;
    for (const SearchParameter& parameter : function->space.parameters()) {
      const FloatDistribution& range = *parameter.distribution.as_float();
      point.set(parameter.name, range.low + (range.high - range.low) * share);
      share += 0.1;
    }
    expect_close(function->value(point), expected);
  }
}

TEST(TestFunctions, MinimaAreWhereTheyAreSaidToBe) {
  const std::map<std::string, ParameterSet> minima{
      {"mixed", mixed_point(16, 32, 56, 0.005662853910916815, 96, "RAdam")},
      {"tree",
       {{"layers", int64_t{2}},
        {"width_1", int64_t{32}},
        {"width_2", int64_t{48}},
        {"opt", std::string("sgd")},
        {"lr", 0.01},
        {"momentum", 0.9}}},
      {"hidden", {{"family", std::string("c")}, {"rate", 0.01}, {"share", 0.7}}},
      {"ackley5s", {{"x0", 7.3}, {"x1", -11.9}, {"x2", 3.7}, {"x3", 15.1}, {"x4", -5.3}}},
      {"branin", {{"x0", 3.141592653589793}, {"x1", 2.275}}},
  };
  for (const auto& [name, point] : minima) {
    SCOPED_TRACE(name);
    const TestFunction& function = *find_test_function(name);
    EXPECT_EQ(function.space.validate(point), ok_status());
    EXPECT_NEAR(function.value(point), function.optimum, 1e-12);
  }
  EXPECT_EQ(find_test_function("no such function"), nullptr);
}

}  // namespace
}  // namespace foldmill::bench
