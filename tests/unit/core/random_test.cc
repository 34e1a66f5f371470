#include "core/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <vector>

namespace foldmill {
namespace {

using Block = std::array<uint32_t, 4>;

// The known answers that the authors publish with their library (Random123, kat_vectors).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}),
            (Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(
      philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
      (Block{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, WalksTheBlocksInOrder) {
  constexpr uint64_t kSeed = 0x0123456789abcdef;
  Random random(kSeed);
  for (uint32_t block = 0; block < 3; ++block)
    for (uint32_t word : philox4x32_10({block, 0, 0, 0}, {0x89abcdef, 0x01234567}))
      EXPECT_EQ(random.next_u32(), word);
}

TEST(Random, WordsAreLowHalfFirst) {
  Random words(9);
  Random pairs(9);
  const uint64_t low = words.next_u32();
  const uint64_t high = words.next_u32();
  EXPECT_EQ(pairs.next_u64(), low | high << 32);
}

// Numbers that depend on every step from seed to stream: a change here changes every study.
TEST(Random, GoldenStreams) {
  EXPECT_EQ(derive_seed(0, RandomPurpose::kSampler), 0xd1c0270687984b37);
  EXPECT_EQ(derive_seed(42, RandomPurpose::kSplit, TrialNumber(3), FoldIndex(2)),
            0x6995dd4c04c9c2a6);
  Random random(42, RandomPurpose::kSampler, TrialNumber(7));
  EXPECT_EQ(random.next_u64(), 0x9fa61fdd5d085bd8);
  EXPECT_EQ(random.uniform(), 0.4045111905807135);
  EXPECT_EQ(random.below(1000), 914U);
}

TEST(Random, StreamsDifferInEachOfTheirNames) {
  std::set<uint64_t> seeds;
  for (uint64_t study = 0; study < 4; ++study)
    for (RandomPurpose purpose : {RandomPurpose::kSampler, RandomPurpose::kInit})
      for (int64_t trial = 0; trial < 4; ++trial)
        for (int64_t fold = 0; fold < 4; ++fold)
          seeds.insert(derive_seed(study, purpose, TrialNumber(trial), FoldIndex(fold)));
  EXPECT_EQ(seeds.size(), 4U * 2 * 4 * 4);
}

TEST(Random, ACopyGoesOnAlike) {
  Random random(1, RandomPurpose::kTest);
  random.next_u32();
  Random copy = random;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(random.next_u64(), copy.next_u64());
}

TEST(Random, UniformFillsTheIntervalEvenly) {
  Random random(2, RandomPurpose::kTest);
  constexpr int kDraws = 100000;
  std::array<int, 10> bins{};
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    ++bins[static_cast<size_t>(value * 10)];
  }
  // Standard deviation of a bin is 95; five of them.
  for (int count : bins) EXPECT_NEAR(count, kDraws / 10, 475);
}

TEST(Random, UniformInARangeNeverReachesItsEnd) {
  Random random(3, RandomPurpose::kTest);
  const double low = 1;
  const double high = std::nextafter(low, 2);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(random.uniform(low, high), low);
  EXPECT_EQ(random.uniform(5, 5), 5);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.uniform(-3, -2);
    EXPECT_GE(value, -3);
    EXPECT_LT(value, -2);
  }
}

TEST(Random, BelowIsUnbiased) {
  Random random(4, RandomPurpose::kTest);
  constexpr int kDraws = 70000;
  std::array<int, 7> counts{};
  for (int i = 0; i < kDraws; ++i) ++counts[random.below(7)];
  // Standard deviation 93; five of them.
  for (int count : counts) EXPECT_NEAR(count, kDraws / 7, 465);
  EXPECT_EQ(random.below(1), 0U);
}

// 3 * 2^62: plain remainders would favour the lowest third two to one.
TEST(Random, BelowIsUnbiasedForHugeRanges) {
  Random random(5, RandomPurpose::kTest);
  constexpr uint64_t kThird = uint64_t{1} << 62;
  std::array<int, 3> counts{};
  for (int i = 0; i < 30000; ++i) ++counts[random.below(3 * kThird) / kThird];
  for (int count : counts) EXPECT_NEAR(count, 10000, 410);  // five standard deviations of 82
}

TEST(RandomDeathTest, BelowNeedsAtLeastOneNumber) {
  EXPECT_DEATH((void)Random(1).below(0), "no number below 0");
}

TEST(Random, NormalHasItsMoments) {
  Random random(6, RandomPurpose::kTest);
  constexpr int kDraws = 100000;
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.normal();
    ASSERT_TRUE(std::isfinite(value));
    sum += value;
    squares += value * value;
    fourths += value * value * value * value;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.016);      // five of 1 / sqrt(n)
  EXPECT_NEAR(squares / kDraws, 1, 0.023);  // five of sqrt(2 / n)
  EXPECT_NEAR(fourths / kDraws, 3, 0.16);   // five of sqrt(96 / n)
}

TEST(Random, ShuffleKeepsAllAndReachesEveryOrder) {
  Random random(7, RandomPurpose::kTest);
  std::map<std::vector<int>, int> orders;
  for (int i = 0; i < 24000; ++i) {
    std::vector<int> items = {1, 2, 3, 4};
    random.shuffle(std::span(items));
    ++orders[items];
  }
  ASSERT_EQ(orders.size(), 24U);
  for (const auto& [order, count] : orders) EXPECT_NEAR(count, 1000, 155);  // five of 31
  std::vector<int> none;
  random.shuffle(std::span(none));
}

}  // namespace
}  // namespace foldmill
