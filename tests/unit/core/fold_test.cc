#include "core/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/random.h"

namespace foldmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Labels = std::vector<int64_t>;
using Positions = std::vector<int64_t>;

Labels random_labels(Random& random, int64_t size, uint64_t classes) {
  Labels labels(static_cast<size_t>(size));
  // Squared, so that classes are of very different sizes; labels need not begin at 0.
  for (int64_t& label : labels)
    label = 5 - static_cast<int64_t>(random.below(random.below(classes) + 1));
  return labels;
}

std::map<int64_t, int64_t> count_classes(const Positions& positions, const Labels& labels) {
  std::map<int64_t, int64_t> counts;
  for (int64_t label : labels) counts[label] += 0;
  for (int64_t position : positions) ++counts[labels[static_cast<size_t>(position)]];
  return counts;
}

SplitIndices split(const FoldPlan& plan, int fold, int64_t size, const Labels& labels = {}) {
  auto made = split_indices(plan, FoldIndex(fold), {.size = size, .labels = labels});
  EXPECT_TRUE(made.ok()) << made.status().message();
  return *std::move(made);
}

std::vector<SplitIndices> all_folds(const FoldPlan& plan, int64_t size, const Labels& labels) {
  std::vector<SplitIndices> folds;
  for (int fold = 0; fold < plan.k; ++fold) folds.push_back(split(plan, fold, size, labels));
  return folds;
}

// Train and validation together are all positions, each once, each part ascending.
void expect_partition(const SplitIndices& split, int64_t size) {
  EXPECT_TRUE(std::is_sorted(split.train.begin(), split.train.end()));
  EXPECT_TRUE(std::is_sorted(split.validation.begin(), split.validation.end()));
  Positions both;
  std::merge(split.train.begin(), split.train.end(), split.validation.begin(),
             split.validation.end(), std::back_inserter(both));
  Positions all(static_cast<size_t>(size));
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(both, all);
}

TEST(SplitProperty, EveryPositionIsInExactlyOneValidationPart) {
  Random random(1, RandomPurpose::kTest);
  for (int round = 0; round < 300; ++round) {
    const int64_t size = 20 + static_cast<int64_t>(random.below(200));
    FoldPlan plan;
    plan.k = 2 + static_cast<int>(random.below(9));
    plan.stratified = random.below(2) == 0;
    plan.shuffle = random.below(2) == 0;
    plan.seed = random.next_u64();
    Positions validation;
    for (const SplitIndices& fold : all_folds(plan, size, random_labels(random, size, 6))) {
      expect_partition(fold, size);
      validation.insert(validation.end(), fold.validation.begin(), fold.validation.end());
    }
    std::sort(validation.begin(), validation.end());
    Positions all(static_cast<size_t>(size));
    std::iota(all.begin(), all.end(), 0);
    ASSERT_EQ(validation, all);
  }
}

TEST(SplitProperty, FoldSizesAndClassCountsDifferByAtMostOne) {
  Random random(2, RandomPurpose::kTest);
  for (int round = 0; round < 300; ++round) {
    const int64_t size = 20 + static_cast<int64_t>(random.below(200));
    const Labels labels = random_labels(random, size, 12);
    FoldPlan plan;
    plan.k = 2 + static_cast<int>(random.below(9));
    plan.shuffle = random.below(2) == 0;
    plan.seed = random.next_u64();
    std::map<int64_t, std::pair<int64_t, int64_t>> extremes;  // by class: least, most
    size_t smallest = labels.size();
    size_t largest = 0;
    for (const SplitIndices& fold : all_folds(plan, size, labels)) {
      smallest = std::min(smallest, fold.validation.size());
      largest = std::max(largest, fold.validation.size());
      for (const auto& [label, count] : count_classes(fold.validation, labels)) {
        auto [at, is_new] = extremes.try_emplace(label, count, count);
        at->second.first = std::min(at->second.first, count);
        at->second.second = std::max(at->second.second, count);
      }
    }
    ASSERT_LE(largest - smallest, 1U);
    for (const auto& [label, range] : extremes) ASSERT_LE(range.second - range.first, 1) << label;
  }
}

TEST(Split, DependsOnTheSeedAlone) {
  Random random(3, RandomPurpose::kTest);
  const Labels labels = random_labels(random, 100, 3);
  FoldPlan plan;
  plan.k = 5;
  plan.seed = 7;
  FoldPlan other = plan;
  other.seed = 8;
  EXPECT_EQ(split(plan, 2, 100, labels), split(plan, 2, 100, labels));
  EXPECT_NE(split(plan, 2, 100, labels), split(other, 2, 100, labels));
  plan.k = other.k = 1;
  EXPECT_EQ(split(plan, 0, 100, labels), split(plan, 0, 100, labels));
  EXPECT_NE(split(plan, 0, 100, labels), split(other, 0, 100, labels));
}

// Numbers of the format: a change here changes every study's folds.
TEST(Split, GoldenFolds) {
  FoldPlan plan;
  plan.k = 3;
  plan.seed = 42;
  const Labels labels = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  EXPECT_THAT(split(plan, 0, 10, labels).validation, ElementsAre(1, 2, 8, 9));
  EXPECT_THAT(split(plan, 1, 10, labels).validation, ElementsAre(4, 5, 6));
  EXPECT_THAT(split(plan, 2, 10, labels).validation, ElementsAre(0, 3, 7));
  plan.k = 1;
  EXPECT_THAT(split(plan, 0, 10, labels).validation, ElementsAre(0, 7));
  EXPECT_THAT(*subset_indices(4, 10, labels, 42), ElementsAre(0, 1, 2, 3));
}

TEST(Split, WithoutShuffleFoldsAreConsecutiveBlocks) {
  FoldPlan plan;
  plan.k = 3;
  plan.shuffle = false;
  EXPECT_THAT(split(plan, 0, 8).validation, ElementsAre(0, 1, 2));
  EXPECT_THAT(split(plan, 1, 8).validation, ElementsAre(3, 4, 5));
  EXPECT_THAT(split(plan, 2, 8).validation, ElementsAre(6, 7));
  EXPECT_THAT(split(plan, 1, 8).train, ElementsAre(0, 1, 2, 6, 7));
}

TEST(Split, WithoutShuffleTheHoldOutIsTheTail) {
  FoldPlan plan;
  plan.shuffle = false;
  EXPECT_THAT(split(plan, 0, 10).validation, ElementsAre(8, 9));
}

TEST(Split, IgnoresLabelsWhenNotStratified) {
  FoldPlan plan;
  plan.k = 2;
  plan.stratified = false;
  const Labels labels = {0, 1, 0, 1, 0, 1};
  EXPECT_EQ(split(plan, 0, 6, labels), split(plan, 0, 6));
}

TEST(Split, AllImagesAreInTrainingWhereNothingIsHeldOut) {
  FoldPlan plan;
  plan.hold_out = false;
  const SplitIndices made = split(plan, 0, 4);
  EXPECT_THAT(made.train, ElementsAre(0, 1, 2, 3));
  EXPECT_TRUE(made.validation.empty());
}

TEST(Repeats, EachIsASplitOfItsOwnAndTheFirstIsTheOneWithoutRepeats) {
  Random random(6, RandomPurpose::kTest);
  const Labels labels = random_labels(random, 90, 4);
  FoldPlan once;
  once.k = 4;
  FoldPlan plan = once;
  plan.repeats = 3;
  std::vector<std::vector<SplitIndices>> repeats;
  for (int repeat = 0; repeat < plan.repeats; ++repeat) {
    auto& folds = repeats.emplace_back();
    Positions validation;
    for (int part = 0; part < plan.k; ++part) {
      folds.push_back(split(plan, repeat * plan.k + part, 90, labels));
      expect_partition(folds.back(), 90);
      validation.insert(validation.end(), folds.back().validation.begin(),
                        folds.back().validation.end());
    }
    std::sort(validation.begin(), validation.end());
    Positions all(90);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(validation, all) << repeat;
  }
  EXPECT_EQ(repeats[0], all_folds(once, 90, labels));
  for (size_t part = 0; part < 4; ++part) {
    EXPECT_NE(repeats[0][part], repeats[1][part]);
    EXPECT_NE(repeats[1][part], repeats[2][part]);
  }
}

// A class is known by its place among the classes, so what they are called does not matter.
TEST(Split, LabelsCountByTheirOrder) {
  Random random(7, RandomPurpose::kTest);
  const Labels labels = random_labels(random, 80, 5);
  Labels renamed;
  for (const int64_t label : labels) renamed.push_back(1000 + 7 * label);
  FoldPlan plan;
  plan.k = 3;
  EXPECT_EQ(all_folds(plan, 80, labels), all_folds(plan, 80, renamed));
}

TEST(Outer, IsSetAsideBeforeTheFoldsAreMade) {
  Random random(8, RandomPurpose::kTest);
  const Labels labels = random_labels(random, 120, 4);
  const Samples samples{.size = 120, .labels = labels};
  FoldPlan plan;
  plan.k = 3;
  Positions all_outer;
  for (int outer = 0; outer < 4; ++outer) {
    plan.outer = OuterFold{4, outer};
    const auto aside = outer_indices(plan, samples);
    ASSERT_TRUE(aside.ok());
    EXPECT_TRUE(std::is_sorted(aside->begin(), aside->end()));
    EXPECT_EQ(aside->size(), 30U);
    all_outer.insert(all_outer.end(), aside->begin(), aside->end());
    Positions validated = *aside;
    for (int fold = 0; fold < plan.k; ++fold) {
      const SplitIndices made = split(plan, fold, 120, labels);
      SplitIndices with_outer = made;
      with_outer.train.insert(with_outer.train.end(), aside->begin(), aside->end());
      std::sort(with_outer.train.begin(), with_outer.train.end());
      expect_partition(with_outer, 120);  // fails if a position were in both
      validated.insert(validated.end(), made.validation.begin(), made.validation.end());
    }
    std::sort(validated.begin(), validated.end());
    Positions all(120);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(validated, all);
  }
  std::sort(all_outer.begin(), all_outer.end());
  Positions all(120);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(all_outer, all);
}

TEST(Outer, IsNoFoldOfTheInnerSplit) {
  FoldPlan plan;
  plan.k = 4;
  plan.outer = OuterFold{4, 1};
  FoldPlan inner = plan;
  inner.outer.reset();
  EXPECT_NE(*outer_indices(plan, {.size = 80}), split(inner, 1, 80).validation);
}

TEST(HoldOut, SharesGoToTheLargestRemainders) {
  FoldPlan plan;
  plan.validation_fraction = 0.25;
  // 5, 3 and 2 samples; a quarter is 1.25, 0.75 and 0.5, together 3 of 10 after rounding.
  const Labels labels = {0, 0, 0, 0, 0, 1, 1, 1, 2, 2};
  const SplitIndices made = split(plan, 0, 10, labels);
  expect_partition(made, 10);
  const auto counts = count_classes(made.validation, labels);
  EXPECT_EQ(counts, (std::map<int64_t, int64_t>{{0, 1}, {1, 1}, {2, 1}}));
}

TEST(HoldOutProperty, TotalsAreExactAndClassesWithinOne) {
  Random random(4, RandomPurpose::kTest);
  for (int round = 0; round < 300; ++round) {
    const int64_t size = 10 + static_cast<int64_t>(random.below(300));
    const Labels labels = random_labels(random, size, 10);
    FoldPlan plan;
    plan.validation_fraction = random.uniform(0.1, 0.9);
    plan.seed = random.next_u64();
    const SplitIndices made = split(plan, 0, size, labels);
    expect_partition(made, size);
    const double exact = plan.validation_fraction * static_cast<double>(size);
    ASSERT_LE(std::abs(static_cast<double>(made.validation.size()) - exact), 0.5);
    Positions all(static_cast<size_t>(size));
    std::iota(all.begin(), all.end(), 0);
    const auto sizes = count_classes(all, labels);
    const double share = static_cast<double>(made.validation.size()) / static_cast<double>(size);
    for (const auto& [label, count] : count_classes(made.validation, labels))
      ASSERT_LT(std::abs(static_cast<double>(count) - share * static_cast<double>(sizes.at(label))),
                1)
          << label;
  }
}

TEST(Split, SaysWhatItRefuses) {
  const auto message = [](FoldPlan plan, int fold, int64_t size, const Labels& labels = {}) {
    const auto made = split_indices(plan, FoldIndex(fold), {.size = size, .labels = labels});
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
    return made.status().message();
  };
  FoldPlan plan;
  plan.k = 5;
  EXPECT_THAT(message(plan, 0, 4), HasSubstr("cannot split 4 samples into 5 folds"));
  EXPECT_THAT(message(plan, 5, 50), HasSubstr("fold 5 of a plan with 5 folds"));
  EXPECT_THAT(message(plan, -1, 50), HasSubstr("fold -1"));
  EXPECT_THAT(message(plan, 0, 5, {1, 2}), HasSubstr("2 labels for 5 samples"));
  plan.repeats = 2;
  EXPECT_THAT(message(plan, 10, 50), HasSubstr("fold 10 of a plan with 10 folds"));
  plan.outer = OuterFold{3, 3};
  EXPECT_THAT(message(plan, 0, 50), HasSubstr("3 is no fold of 3 outer folds"));
  plan.outer = OuterFold{2, 0};
  EXPECT_THAT(message(plan, 0, 8), HasSubstr("cannot split 4 samples into 5 folds"));
  plan.outer.reset();
  plan.k = 0;
  EXPECT_THAT(message(plan, 0, 5), HasSubstr("at least 1, got 0"));
  plan.k = 1;
  EXPECT_THAT(message(plan, 0, 0), HasSubstr("samples"));
  EXPECT_THAT(message(plan, 0, 2), HasSubstr("hold-out of 0.2 of 2 samples"));
  for (double fraction : {0.0, 1.0, -0.5, 2.0, std::nan("")}) {
    plan.validation_fraction = fraction;
    EXPECT_THAT(message(plan, 0, 100), HasSubstr("hold-out"));
  }
}

TEST(Subset, IsStratifiedWhenLabelled) {
  Random random(5, RandomPurpose::kTest);
  const Labels labels = random_labels(random, 200, 4);
  const auto chosen = subset_indices(50, 200, labels, 3);
  ASSERT_TRUE(chosen.ok());
  EXPECT_EQ(chosen->size(), 50U);
  EXPECT_TRUE(std::is_sorted(chosen->begin(), chosen->end()));
  EXPECT_EQ(std::adjacent_find(chosen->begin(), chosen->end()), chosen->end());
  Positions all(200);
  std::iota(all.begin(), all.end(), 0);
  const auto sizes = count_classes(all, labels);
  for (const auto& [label, count] : count_classes(*chosen, labels))
    EXPECT_LT(std::abs(static_cast<double>(count) - static_cast<double>(sizes.at(label)) / 4), 1);
}

TEST(Subset, DependsOnTheSeed) {
  EXPECT_EQ(*subset_indices(10, 100, {}, 3), *subset_indices(10, 100, {}, 3));
  EXPECT_NE(*subset_indices(10, 100, {}, 3), *subset_indices(10, 100, {}, 4));
  EXPECT_THAT(*subset_indices(4, 4, {}, 1), ElementsAre(0, 1, 2, 3));
}

TEST(Subset, SaysWhatItRefuses) {
  EXPECT_THAT(subset_indices(0, 10, {}, 1).status().message(), HasSubstr("subset of 0 samples"));
  EXPECT_THAT(subset_indices(11, 10, {}, 1).status().message(), HasSubstr("out of 10"));
  EXPECT_FALSE(subset_indices(1, 10, Labels{1}, 1).ok());
}

}  // namespace
}  // namespace foldmill
