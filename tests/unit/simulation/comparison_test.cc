#include "coordinator/simulation/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "coordinator/simulation/closed_form.h"
#include "tests/unit/simulation/simulated_study.h"

namespace foldmill::simulation {
namespace {

VariantResult result_of(std::vector<std::pair<double, int64_t>> best_and_epochs) {
  VariantResult result;
  for (const auto& [best, epochs] : best_and_epochs) {
    Outcome& outcome = result.outcomes.emplace_back();
    outcome.best = Outcome::Best{.value = best};
    outcome.fold_epochs = epochs;
  }
  return result;
}

std::vector<Variant> two_pruners(const char* second) {
  return {{.pruner = "none"}, {.pruner = second}};
}

TEST(Variant, IsWhatTheStudySaysAndCanBePutIntoIt) {
  StudySpec spec = mixed_study(12, 5, 5);
  spec.schedule.order = FoldOrder::kInterleave;
  spec.schedule.race = RaceSpec{.confidence = 0.8};
  const Variant variant = Variant::of(spec);
  EXPECT_EQ(variant.describe(), "interleave, median, race");
  EXPECT_EQ(variant.applied_to(spec), spec);
  const Variant other{FoldOrder::kTrialFirst, "asha", false};
  EXPECT_EQ(Variant::of(other.applied_to(spec)).describe(), other.describe());
  spec.schedule.race.reset();
  EXPECT_EQ(variant.applied_to(spec).schedule.race, RaceSpec{});
  const Variant top{.pruner = "median", .top = 3};
  EXPECT_EQ(top.describe(), "first_fold_first, median, top 3");
  EXPECT_EQ(Variant::of(top.applied_to(spec)).top, 3);
}

TEST(Spread, IsTheMeanAndItsError) {
  const Spread spread = spread_of({1, 3, NAN, 5});
  EXPECT_DOUBLE_EQ(spread.mean, 3);
  EXPECT_DOUBLE_EQ(spread.standard_error, 2 / std::sqrt(3));
  EXPECT_TRUE(std::isnan(spread_of({7}).standard_error));
  EXPECT_TRUE(std::isnan(spread_of({}).mean));
}

TEST(Cheapest, IsAmongThoseWithinOneErrorOfTheBest) {
  const VariantResult best = result_of({{1.0, 100}, {2.0, 100}, {3.0, 100}});
  const VariantResult near = result_of({{1.2, 50}, {1.9, 50}, {3.0, 50}});
  const VariantResult far = result_of({{2.0, 10}, {3.0, 10}, {4.1, 10}});
  EXPECT_EQ(cheapest({best, near, far}, Direction::kMinimize), 1u);
  EXPECT_EQ(cheapest({best, near, far}, Direction::kMaximize), 2u);
}

TEST(Cheapest, NeedsTwoSeedsAndABestInEach) {
  const VariantResult one = result_of({{1.0, 100}});
  EXPECT_EQ(cheapest({one, one}, Direction::kMinimize), std::nullopt);
  VariantResult gap = result_of({{1.0, 100}, {1.0, 100}});
  gap.outcomes[1].best.reset();
  EXPECT_EQ(cheapest({gap}, Direction::kMinimize), std::nullopt);
}

TEST(BestValues, AreTheTrueOnesWhereAllAreKnown) {
  VariantResult result = result_of({{1.0, 1}, {2.0, 1}});
  result.outcomes[0].best->truth = 0.5;
  EXPECT_EQ(best_values(result), (std::vector<double>{1.0, 2.0}));
  result.outcomes[1].best->truth = 0.6;
  EXPECT_EQ(best_values(result), (std::vector<double>{0.5, 0.6}));
}

TEST(Compare, RunsEveryVariantWithEverySeed) {
  const auto curves = make_closed_form("mixed-kfold").value();
  const auto results = compare(mixed_study(12, 2, 5), two_pruners("median"), 3, {}, *curves);
  ASSERT_TRUE(results.ok()) << results.status().message();
  ASSERT_EQ(results->size(), 2u);
  EXPECT_EQ((*results)[1].variant.pruner, "median");
  for (const Outcome& outcome : (*results)[0].outcomes) EXPECT_EQ(outcome.fold_epochs, 120);
  EXPECT_NE((*results)[0].outcomes[0].best->value, (*results)[0].outcomes[1].best->value);
}

TEST(Compare, SaysWhichVariantWasWrong) {
  const auto curves = make_closed_form("mixed-kfold").value();
  const auto results = compare(mixed_study(12, 2, 5), two_pruners("mediam"), 1, {}, *curves);
  EXPECT_THAT(results.status().message(), ::testing::HasSubstr("first_fold_first, mediam, seed 1"));
}

}  // namespace
}  // namespace foldmill::simulation
