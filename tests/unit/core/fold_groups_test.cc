// Splits of samples that belong together.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/fold.h"
#include "core/random.h"

namespace foldmill {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Numbers = std::vector<int64_t>;

struct GroupedData {
  Numbers labels;
  Numbers groups;

  Samples samples() const { return {static_cast<int64_t>(groups.size()), labels, groups}; }
};

// Groups of very different sizes, each with classes in proportions of its own.
GroupedData random_data(Random& random, int64_t size, uint64_t groups, uint64_t classes) {
  GroupedData data;
  std::vector<uint64_t> favourite;
  for (uint64_t g = 0; g < groups; ++g) favourite.push_back(random.below(classes));
  for (int64_t i = 0; i < size; ++i) {
    const uint64_t group = i < static_cast<int64_t>(groups)
                               ? static_cast<uint64_t>(i)
                               : random.below(random.below(groups) + 1);
    data.groups.push_back(static_cast<int64_t>(group));
    data.labels.push_back(
        static_cast<int64_t>(random.below(3) == 0 ? favourite[group] : random.below(classes)));
  }
  return data;
}

FoldPlan grouped_plan(int k) {
  FoldPlan plan;
  plan.k = k;
  plan.groups = "patients.txt";
  return plan;
}

SplitIndices split(const FoldPlan& plan, int fold, const Samples& samples) {
  auto made = split_indices(plan, FoldIndex(fold), samples);
  EXPECT_TRUE(made.ok()) << made.status().message();
  return *std::move(made);
}

std::set<int64_t> groups_of(const Numbers& positions, const Numbers& groups) {
  std::set<int64_t> found;
  for (const int64_t position : positions) found.insert(groups[static_cast<size_t>(position)]);
  return found;
}

void expect_no_group_in_both(const SplitIndices& split, const Numbers& groups) {
  for (const int64_t group : groups_of(split.validation, groups))
    ASSERT_FALSE(groups_of(split.train, groups).contains(group)) << group;
}

TEST(GroupsProperty, AreNeverDividedAndEachIsInOneValidationPartOfEveryRepeat) {
  Random random(21, RandomPurpose::kTest);
  for (int round = 0; round < 200; ++round) {
    const uint64_t count = 10 + random.below(40);
    const GroupedData data =
        random_data(random, 60 + static_cast<int64_t>(random.below(200)), count, 4);
    FoldPlan plan = grouped_plan(2 + static_cast<int>(random.below(9)));
    plan.stratified = random.below(2) == 0;
    plan.shuffle = random.below(2) == 0;
    plan.repeats = plan.shuffle ? 2 : 1;
    plan.seed = random.next_u64();
    for (int repeat = 0; repeat < plan.repeats; ++repeat) {
      Numbers validated;
      for (int part = 0; part < plan.k; ++part) {
        const SplitIndices made = split(plan, repeat * plan.k + part, data.samples());
        ASSERT_FALSE(made.validation.empty());
        ASSERT_EQ(made.train.size() + made.validation.size(), data.groups.size());
        expect_no_group_in_both(made, data.groups);
        validated.insert(validated.end(), made.validation.begin(), made.validation.end());
      }
      std::sort(validated.begin(), validated.end());
      for (size_t i = 0; i < data.groups.size(); ++i)
        ASSERT_EQ(validated[i], static_cast<int64_t>(i));
    }
  }
}

// Groups of at most 4 out of 400 leave little reason for uneven folds.
TEST(Groups, ClassesAreAsEvenAsSmallGroupsAllow) {
  Random random(22, RandomPurpose::kTest);
  GroupedData data;
  for (int64_t i = 0; i < 400; ++i) {
    data.groups.push_back(i / 4);
    data.labels.push_back(static_cast<int64_t>(random.below(random.below(4) + 1)));
  }
  std::map<int64_t, double> of_all;
  for (const int64_t label : data.labels) of_all[label] += 0.2;
  FoldPlan plan = grouped_plan(5);
  for (int fold = 0; fold < 5; ++fold) {
    std::map<int64_t, double> counts;
    const SplitIndices made = split(plan, fold, data.samples());
    for (const int64_t position : made.validation)
      ++counts[data.labels[static_cast<size_t>(position)]];
    for (const auto& [label, fair] : of_all) EXPECT_NEAR(counts[label], fair, 2) << label;
    EXPECT_NEAR(static_cast<double>(made.validation.size()), 80, 4);
  }
}

TEST(Groups, LargeOnesAreEvenedOutBySmallOnes) {
  GroupedData data;
  for (const auto& [group, size] : {std::pair{0, 6}, {1, 5}, {2, 2}, {3, 2}, {4, 1}, {5, 2}})
    data.groups.insert(data.groups.end(), static_cast<size_t>(size), group);
  FoldPlan plan = grouped_plan(3);
  plan.shuffle = false;
  EXPECT_EQ(groups_of(split(plan, 0, data.samples()).validation, data.groups),
            (std::set<int64_t>{0}));
  EXPECT_EQ(groups_of(split(plan, 1, data.samples()).validation, data.groups),
            (std::set<int64_t>{1, 4}));
  EXPECT_EQ(groups_of(split(plan, 2, data.samples()).validation, data.groups),
            (std::set<int64_t>{2, 3, 5}));
}

TEST(GroupsProperty, AHoldOutTakesWholeGroupsAndAboutItsFraction) {
  Random random(23, RandomPurpose::kTest);
  for (int round = 0; round < 100; ++round) {
    GroupedData data;
    for (int64_t i = 0; i < 300; ++i) {
      data.groups.push_back(i / 3);
      data.labels.push_back(static_cast<int64_t>(random.below(3)));
    }
    FoldPlan plan = grouped_plan(1);
    plan.seed = random.next_u64();
    plan.validation_fraction = random.uniform(0.1, 0.9);
    const SplitIndices made = split(plan, 0, data.samples());
    expect_no_group_in_both(made, data.groups);
    ASSERT_NEAR(static_cast<double>(made.validation.size()), 300 * plan.validation_fraction, 6);
  }
}

TEST(Groups, AHoldOutOfTwoGroupsTakesOne) {
  const Numbers groups = {7, 7, 7, 9, 9, 9};
  const SplitIndices made = split(grouped_plan(1), 0, {.size = 6, .groups = groups});
  EXPECT_EQ(made.train.size(), 3U);
  EXPECT_EQ(made.validation.size(), 3U);
}

TEST(Groups, DependOnTheSeed) {
  Random random(24, RandomPurpose::kTest);
  const GroupedData data = random_data(random, 200, 40, 3);
  FoldPlan plan = grouped_plan(4);
  FoldPlan other = plan;
  other.seed = 1;
  EXPECT_EQ(split(plan, 1, data.samples()), split(plan, 1, data.samples()));
  EXPECT_NE(split(plan, 1, data.samples()), split(other, 1, data.samples()));
}

TEST(Groups, AreNotDividedByTheOuterFold) {
  Random random(25, RandomPurpose::kTest);
  const GroupedData data = random_data(random, 200, 40, 3);
  FoldPlan plan = grouped_plan(3);
  plan.outer = OuterFold{4, 2};
  const Numbers aside = *outer_indices(plan, data.samples());
  for (int fold = 0; fold < 3; ++fold) {
    const SplitIndices made = split(plan, fold, data.samples());
    expect_no_group_in_both(made, data.groups);
    expect_no_group_in_both({made.train, aside}, data.groups);
    expect_no_group_in_both({made.validation, aside}, data.groups);
    EXPECT_EQ(made.train.size() + made.validation.size() + aside.size(), 200U);
  }
}

// Numbers of the format, as in Split.GoldenFolds.
TEST(Groups, GoldenFolds) {
  const Numbers labels = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
  const Numbers groups = {1, 1, 2, 2, 3, 3, 4, 4, 5, 6};
  FoldPlan plan = grouped_plan(2);
  plan.seed = 42;
  const Samples samples{10, labels, groups};
  EXPECT_EQ(groups_of(split(plan, 0, samples).validation, groups), (std::set<int64_t>{1, 2, 5}));
  EXPECT_EQ(groups_of(split(plan, 1, samples).validation, groups), (std::set<int64_t>{3, 4, 6}));
}

TEST(LeaveOneGroupOut, EachFoldIsAGroupInAscendingOrder) {
  const Numbers groups = {30, 10, 20, 10, 30, 20, 10};
  FoldPlan plan = grouped_plan(3);
  plan.leave_one_group_out = true;
  const Samples samples{.size = 7, .groups = groups};
  EXPECT_THAT(split(plan, 0, samples).validation, ElementsAre(1, 3, 6));
  EXPECT_THAT(split(plan, 1, samples).validation, ElementsAre(2, 5));
  EXPECT_THAT(split(plan, 2, samples).validation, ElementsAre(0, 4));
  EXPECT_THAT(split(plan, 2, samples).train, ElementsAre(1, 2, 3, 5, 6));
}

TEST(Groups, SayWhatTheyRefuse) {
  const Numbers groups = {0, 0, 0, 1, 1, 2};
  const auto message = [&](const FoldPlan& plan, const Samples& samples) {
    const auto made = split_indices(plan, FoldIndex(0), samples);
    EXPECT_EQ(made.status().code(), StatusCode::kInvalidArgument);
    return made.status().message();
  };
  const Samples samples{.size = 6, .groups = groups};
  EXPECT_THAT(message(grouped_plan(4), samples),
              HasSubstr("3 groups cannot be divided into 4 folds"));
  EXPECT_THAT(message(grouped_plan(2), {.size = 7, .groups = groups}),
              HasSubstr("6 groups for 7 samples"));
  EXPECT_THAT(message(grouped_plan(2), {.size = 6}),
              HasSubstr("not known which group each sample belongs to"));
  const Numbers one(6, 5);
  EXPECT_THAT(message(grouped_plan(1), {.size = 6, .groups = one}),
              HasSubstr("1 groups cannot be divided into 2 parts"));
  FoldPlan plan = grouped_plan(2);
  plan.leave_one_group_out = true;
  EXPECT_THAT(message(plan, samples), HasSubstr("folds.k is 2 and the data has 3 groups"));
}

}  // namespace
}  // namespace foldmill
