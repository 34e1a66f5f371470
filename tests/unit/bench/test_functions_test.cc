#include "tests/bench/functions/test_functions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "tests/bench/functions/mixed.h"
#include "tests/bench/functions/noise.h"

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

TEST(TestFunctions, MixedHasTheProbedValues) {
  expect_close(mixed(mixed_point(16, 32, 64, 0.0047, 128, "Adam")), 0.012146484374999999);
  expect_close(mixed(mixed_point(8, 16, 32, 0.001, 64, "RAdam")), 0.02405506248182476);
}

TEST(TestFunctions, NoiseCurvesAndFoldsHaveTheProbedValues) {
  const double noise[] = {-1.7284982809996141, -1.4116271665907543, 0.750931495960471};
  for (uint64_t event = 1; event <= 3; ++event) expect_close(gauss(0, 0, event), noise[event - 1]);

  const std::map<int, double> curve{
      {1, 0.07630152464992578}, {10, 0.02286724638564258}, {20, 0.01302263107368058}};
  for (const auto& [epoch, loss] : curve) expect_close(curve_loss(0.012, 0.001, 0, 0, epoch), loss);

  const double folds[] = {0.011359615987361, 0.009872594810261677, 0.014412033054262755,
                          0.00991864334299031, 0.008378453605993685};
  for (int fold = 0; fold < 5; ++fold) expect_close(fold_loss(0.012, 0, 0, fold), folds[fold]);
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
