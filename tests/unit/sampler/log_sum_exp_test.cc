#include "sampler/tpe/log_sum_exp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"

namespace foldmill::sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double by_the_definition(const std::vector<double>& values) {
  const double largest = *std::max_element(values.begin(), values.end());
  long double sum = 0;
  for (double value : values) sum += std::exp(static_cast<long double>(value) - largest);
  return static_cast<double>(largest + std::log(sum));
}

TEST(LogSumExp, AgreesWithTheDefinitionForEveryLength) {
  Random random(1);
  for (size_t count = 1; count < 40; ++count)
    for (double spread : {1e-3, 1.0, 50.0, 2000.0}) {
      std::vector<double> values(count);
      for (double& value : values) value = random.uniform(-spread, spread);
      const double expected = by_the_definition(values);
      EXPECT_NEAR(log_sum_exp(values), expected, 4e-15 * std::max(1.0, std::abs(expected)));
    }
}

TEST(LogSumExp, OneValueIsItself) {
  for (double value : {-1e300, -800.0, 0.0, 3.5, 1e300})
    EXPECT_DOUBLE_EQ(log_sum_exp(std::vector<double>{value}), value);
}

TEST(LogSumExp, MinusInfinityCountsForNothing) {
  EXPECT_EQ(log_sum_exp(std::vector<double>{-kInfinity, -kInfinity}), -kInfinity);
  EXPECT_DOUBLE_EQ(log_sum_exp(std::vector<double>{-kInfinity, 2, -kInfinity}), 2);
}

}  // namespace
}  // namespace foldmill::sampler
