#include "sampler/pruning/alpha_spending.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "core/random.h"
#include "sampler/students_t.h"

namespace foldmill::sampler {
namespace {

double shares(const RaceLooks& looks) {
  double sum = 0;
  for (int64_t done = looks.min_folds; done < looks.folds; ++done)
    sum += spending_share(looks, done);
  return sum;
}

TEST(AlphaSpending, SharesAreOneTogetherAndGoDown) {
  for (const RaceLooks& looks : {RaceLooks{2, 3}, RaceLooks{2, 5}, RaceLooks{3, 10}}) {
    EXPECT_NEAR(shares(looks), 1, 1e-12);
    for (int64_t done = looks.min_folds; done + 1 < looks.folds; ++done)
      EXPECT_GT(spending_share(looks, done), spending_share(looks, done + 1));
  }
  EXPECT_NEAR(spending_share({2, 5}, 2), 9.0 / 14, 1e-12);
}

TEST(AlphaSpending, TheFirstLookTestsAtWhatItSpends) {
  EXPECT_DOUBLE_EQ(look_level({2, 3}, 0.05, 2), 0.05);
  EXPECT_DOUBLE_EQ(look_level({2, 5}, 0.14, 2), 0.09);
}

TEST(AlphaSpending, LaterLooksMayTestAtMoreThanTheySpend) {
  for (const int64_t folds : {5, 10, 50})
    for (int64_t done = 3; done < folds; ++done) {
      const double level = look_level({2, folds}, 0.1, done);
      EXPECT_GT(level, 0.1 * spending_share({2, folds}, done));
      EXPECT_LE(level, 0.1) << "else this look alone would spend more than all may";
    }
}

TEST(AlphaSpending, OfManyFoldsItIsBonferroni) {
  EXPECT_DOUBLE_EQ(look_level({2, 200}, 0.1, 50), 0.1 * spending_share({2, 200}, 50));
}

// Means of the first folds less that of all of them: how many go beyond their level at some look.
TEST(AlphaSpending, TheLevelsSpendTheErrorRateAndNoMore) {
  constexpr int kRounds = 40'000;
  constexpr double kForever = 1e9;  // degrees of freedom: Student's t is the normal distribution
  for (const int64_t folds : {3, 5, 10}) {
    const auto k = static_cast<double>(folds);
    std::vector<double> levels(static_cast<size_t>(folds));
    for (int64_t done = 2; done < folds; ++done)
      levels[static_cast<size_t>(done)] = look_level({2, folds}, 0.2, done);
    Random random(static_cast<uint64_t>(folds));
    int crossed = 0;
    for (int round = 0; round < kRounds; ++round) {
      std::vector<double> noise(static_cast<size_t>(folds));
      for (double& value : noise) value = random.normal();
      const double whole = std::accumulate(noise.begin(), noise.end(), 0.0) / k;
      double sum = noise[0];
      for (size_t done = 2; done < noise.size(); ++done) {
        sum += noise[done - 1];
        const auto n = static_cast<double>(done);
        const double statistic = (sum / n - whole) / std::sqrt(1 / n - 1 / k);
        if (students_t_tail(kForever, statistic) > levels[done]) continue;
        ++crossed;
        break;
      }
    }
    const double sampling_error = 3.5 * std::sqrt(0.2 * 0.8 / kRounds);
    EXPECT_NEAR(static_cast<double>(crossed) / kRounds, 0.2, sampling_error) << folds << " folds";
  }
}

}  // namespace
}  // namespace foldmill::sampler
