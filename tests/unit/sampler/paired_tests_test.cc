#include "sampler/paired_tests.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/unit/sampler/golden_file.h"

namespace foldmill::sampler {
namespace {

constexpr double kConfidence = 0.95;

std::optional<CorrectedTTest> t_test(const std::vector<double>& differences, double test_to_train) {
  const auto statistics = fold_statistics(differences, test_to_train);
  return statistics ? corrected_t_test(*statistics, kConfidence) : std::nullopt;
}

// Scipy's own quantiles are good to nine digits or so.
void expect_near(double actual, const nlohmann::json& expected) {
  const double wanted = golden_number(expected);
  EXPECT_NEAR(actual, wanted, 1e-9 * std::max(1.0, std::abs(wanted)));
}

TEST(PairedTests, AgreeWithScipy) {
  const nlohmann::json cases = read_golden("paired_tests.json");
  ASSERT_GT(cases.size(), 100u);
  for (size_t number = 0; number < cases.size(); ++number) {
    SCOPED_TRACE(number);
    const nlohmann::json& golden = cases[number];
    const std::vector<double> differences = golden_numbers(golden["differences"]);
    const auto t = t_test(differences, golden_number(golden["test_to_train"]));
    ASSERT_TRUE(t.has_value());
    expect_near(t->statistic, golden["t_test"]["statistic"]);
    expect_near(t->p_value, golden["t_test"]["p_value"]);
    expect_near(t->low, golden["t_test"]["low"]);
    expect_near(t->high, golden["t_test"]["high"]);
    const auto ranks = signed_rank_test(differences);
    ASSERT_EQ(ranks.has_value(), !golden["signed_rank"].is_null());
    if (!ranks) continue;
    expect_near(std::min(ranks->positive_rank, ranks->negative_rank),
                golden["signed_rank"]["rarer"]);
    expect_near(ranks->p_value, golden["signed_rank"]["p_value"]);
  }
}

// Fisher, "The Design of Experiments", 1935, section 17; without shared training data the test is
// the paired t-test.
TEST(PairedTests, AgreeWithFishersExample) {
  const std::vector<double> maize = {49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48};
  const auto t = t_test(maize, 0);
  ASSERT_TRUE(t.has_value());
  EXPECT_NEAR(t->statistic, 2.148, 5e-4);
  EXPECT_EQ(t->freedom, 14);
  const auto ranks = signed_rank_test(maize);
  ASSERT_TRUE(ranks.has_value());
  EXPECT_EQ(ranks->positive_rank, 96);
  EXPECT_EQ(ranks->negative_rank, 24);
  EXPECT_NEAR(ranks->p_value, 0.0413, 5e-5);
}

TEST(PairedTests, FiveFoldsCanNotGoBelowOneInSixteenByRanks) {
  const auto ranks = signed_rank_test(std::vector<double>{1, 2, 3, 4, 5});
  ASSERT_TRUE(ranks.has_value());
  EXPECT_EQ(ranks->p_value, 0.0625);
  EXPECT_EQ(ranks->least_p_value, 0.0625);
  EXPECT_EQ(ranks->positive_rank, 15);
}

// The same four differences, as decimal fractions that no double holds exactly.
TEST(PairedTests, WhatDiffersByRoundingOnlyIsEqual) {
  const auto ranks =
      signed_rank_test(std::vector<double>{0.3 - 0.2, 0.2 - 0.1, 0.8 - 0.9, 0.4 - 0.3, 1e-18});
  ASSERT_TRUE(ranks.has_value());
  EXPECT_EQ(ranks->differences, 4);
  EXPECT_EQ(ranks->positive_rank, 7.5);
  EXPECT_EQ(ranks->negative_rank, 2.5);
  EXPECT_FALSE(t_test({0.3 - 0.2, 0.2 - 0.1, 0.4 - 0.3}, 0.5).has_value());
}

TEST(PairedTests, SayNothingWhereThereIsNothingToTest) {
  EXPECT_FALSE(t_test({1}, 0.25).has_value());
  EXPECT_FALSE(t_test({2, 2, 2}, 0.25).has_value());
  EXPECT_FALSE(t_test({0, 0}, 0.25).has_value());
  EXPECT_FALSE(signed_rank_test(std::vector<double>{0, 0}).has_value());
  EXPECT_FALSE(signed_rank_test({}).has_value());
}

// The sign changes the sides, and nothing else.
TEST(PairedTests, AreSymmetric) {
  const std::vector<double> differences = {0.3, -0.1, 0.4, 0.2, 0.25};
  std::vector<double> turned;
  for (const double difference : differences) turned.push_back(-difference);
  const auto one = t_test(differences, 0.25), other = t_test(turned, 0.25);
  EXPECT_EQ(one->p_value, other->p_value);
  EXPECT_EQ(one->low, -other->high);
  EXPECT_EQ(signed_rank_test(differences)->p_value, signed_rank_test(turned)->p_value);
}

}  // namespace
}  // namespace foldmill::sampler
