#include "coordinator/simulation/functions/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "coordinator/simulation/functions/mixed.h"

namespace foldmill::simulation {
namespace {

constexpr double kTight = 1e-12;

ParameterSet mixed_point(int64_t n1, int64_t n2, int64_t n3, double lr, int64_t fc,
                         const char* opt) {
  return {{"n1", n1}, {"n2", n2}, {"n3", n3}, {"lr", lr}, {"fc", fc}, {"opt", std::string(opt)}};
}

// The expected numbers were computed elsewhere.
TEST(Noise, HasTheProbedValues) {
  const double noise[] = {-1.7284982809996141, -1.4116271665907543, 0.750931495960471};
  for (uint64_t event = 1; event <= 3; ++event)
    EXPECT_NEAR(gauss(0, 0, event), noise[event - 1], kTight);

  const std::map<int, double> curve{
      {1, 0.07630152464992578}, {10, 0.02286724638564258}, {20, 0.01302263107368058}};
  for (const auto& [epoch, loss] : curve)
    EXPECT_NEAR(curve_loss(0.012, 0.001, 0, 0, epoch), loss, kTight);

  const double folds[] = {0.011359615987361, 0.009872594810261677, 0.014412033054262755,
                          0.00991864334299031, 0.008378453605993685};
  for (int fold = 0; fold < 5; ++fold)
    EXPECT_NEAR(fold_loss(0.012, 0, 0, fold), folds[fold], kTight);
}

TEST(Mixed, HasTheProbedValuesAndTheMinimumThatIsClaimed) {
  EXPECT_NEAR(mixed(mixed_point(16, 32, 64, 0.0047, 128, "Adam")), 0.012146484374999999, kTight);
  EXPECT_NEAR(mixed(mixed_point(8, 16, 32, 0.001, 64, "RAdam")), 0.02405506248182476, kTight);
  EXPECT_NEAR(mixed(mixed_point(16, 32, 56, 0.005662853910916815, 96, "RAdam")), 0.0104890625,
              kTight);
}

TEST(FoldCurve, FallsToTheFoldsLossWithNoiseOfEveryEpochsOwn) {
  const double end = fold_loss(0.012, 3, 7, 2);
  EXPECT_GT(fold_curve_loss(0.012, 0.2, 3, 7, 2, 1), end + 0.05);
  std::set<double> noises;
  for (const int fold : {0, 1})
    for (int epoch = 200; epoch < 300; ++epoch) {
      const double noise =
          fold_curve_loss(0.012, 0.2, 3, 7, fold, epoch) - fold_loss(0.012, 3, 7, fold);
      EXPECT_LT(std::abs(noise), 0.0005 * 6);
      noises.insert(noise);
    }
  EXPECT_EQ(noises.size(), 200u);
}

}  // namespace
}  // namespace foldmill::simulation
