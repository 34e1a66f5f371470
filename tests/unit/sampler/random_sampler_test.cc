#include "sampler/random/random_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

namespace foldmill::sampler {
namespace {

constexpr int kSamples = 20000;

std::map<double, int> counts(const Distribution& distribution) {
  Random random(1);
  std::map<double, int> hits;
  for (int i = 0; i < kSamples; ++i) ++hits[sample_uniform(distribution, random)];
  return hits;
}

void expect_uniform(const std::map<double, int>& hits, size_t members) {
  ASSERT_EQ(hits.size(), members);
  for (const auto& [member, count] : hits)
    EXPECT_NEAR(count * double(members) / kSamples, 1, 0.1) << member;
}

TEST(SampleUniform, EveryMemberOfAGridIsEquallyLikelyTheEndsToo) {
  expect_uniform(counts(Distribution::make_int(8, 24, false, 4).value()), 5);
  expect_uniform(counts(Distribution::make_float(0, 1, false, 0.25).value()), 5);
}

TEST(SampleUniform, EveryChoiceIsEquallyLikely) {
  expect_uniform(
      counts(Distribution::make_categorical({int64_t{1}, int64_t{2}, int64_t{3}}).value()), 3);
}

TEST(SampleUniform, LogFloatHasEquallyManyPerDecade) {
  const Distribution log = Distribution::make_float(1e-4, 1e-1, true).value();
  Random random(2);
  std::map<int, int> decades;
  for (int i = 0; i < kSamples; ++i)
    ++decades[static_cast<int>(std::floor(std::log10(sample_uniform(log, random))))];
  for (int decade : {-4, -3, -2}) EXPECT_NEAR(decades[decade] / double(kSamples), 1 / 3.0, 0.02);
}

TEST(SampleUniform, LogIntegerFollowsTheWidthOfItsCells) {
  const auto hits = counts(Distribution::make_int(1, 4, true).value());
  ASSERT_EQ(hits.size(), 4u);
  const double width = std::log(4.5 / 0.5);
  for (const auto& [member, count] : hits)
    EXPECT_NEAR(count / double(kSamples), std::log((member + 0.5) / (member - 0.5)) / width, 0.02);
}

TEST(SampleUniform, SingleValueIsThatValue) {
  Random random(3);
  EXPECT_EQ(sample_uniform(Distribution::make_float(0.3, 0.3).value(), random), 0.3);
  EXPECT_EQ(sample_uniform(Distribution::make_int(7, 7).value(), random), 7);
}

}  // namespace
}  // namespace foldmill::sampler
