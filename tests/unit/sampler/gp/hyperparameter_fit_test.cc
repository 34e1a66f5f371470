#include "sampler/gp/hyperparameter_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/unit/sampler/gp/drawn_data.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::VectorXd;

constexpr DimensionKind kNumeric = DimensionKind::kNumeric;
constexpr DimensionKind kCategorical = DimensionKind::kCategorical;

TEST(MapObjective, GradientAgreesWithDifferences) {
  Random random(1);
  TrainingData data = random_data({kNumeric, kCategorical, kNumeric}, 18, 0, random);
  for (double& noise : data.known_noise) noise = random.uniform(0, 0.2);
  const MapObjective objective(data);
  for (int round = 0; round < 10; ++round) {
    VectorXd theta(5);
    for (double& value : theta) value = random.uniform(-2, 2);
    theta[4] = random.uniform(-8, 0);
    VectorXd gradient(5), unused(5);
    objective({theta.data(), 5}, {gradient.data(), 5});
    const VectorXd expected = numeric_gradient(
        [&](const VectorXd& x) {
          return objective({x.data(), 5}, {unused.data(), 5});
        },
        theta, 1e-5);
    EXPECT_TRUE(gradient.isApprox(expected, 1e-5)) << gradient << "\n\n" << expected;
  }
}

TEST(HyperparameterFit, RecoversTheLengthsOfADrawnFunction) {
  const Hyperparameters truth = hyperparameters({0.15, 0.6}, 1, 1e-3);
  std::vector<double> log_ratios[2];
  for (uint64_t seed = 0; seed < 7; ++seed) {
    Random random(seed);
    TrainingData data = random_data({kNumeric, kNumeric}, 80, 0, random);
    draw_values(data, truth, random);
    const Hyperparameters fit = fit_hyperparameters(data, false);
    for (Eigen::Index d = 0; d < 2; ++d)
      log_ratios[d].push_back(
          0.5 * std::log(truth.inverse_squared_lengths[d] / fit.inverse_squared_lengths[d]));
  }
  for (std::vector<double>& ratios : log_ratios) {
    std::sort(ratios.begin(), ratios.end());
    EXPECT_NEAR(ratios[3], 0, std::log(1.5));
  }
}

TEST(HyperparameterFit, TellsNoiseFromItsAbsence) {
  std::vector<double> noisy, clean;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    TrainingData data = random_data({kNumeric}, 60, 0, random);
    draw_values(data, hyperparameters({0.5}, 1, 0.1), random);
    noisy.push_back(fit_hyperparameters(data, false).noise);
    draw_values(data, hyperparameters({0.5}, 1, 1e-6), random);
    clean.push_back(fit_hyperparameters(data, false).noise);
  }
  std::sort(noisy.begin(), noisy.end());
  std::sort(clean.begin(), clean.end());
  EXPECT_GT(noisy[2], 0.04);
  EXPECT_LT(clean[2], 0.01);
}

TEST(HyperparameterFit, WhatIsKnownOfTheNoiseIsNotEstimatedAgain) {
  std::vector<double> told, untold;
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Random random(seed);
    TrainingData data = random_data({kNumeric}, 60, 0, random);
    draw_values(data, hyperparameters({0.5}, 1, 0.1), random);
    untold.push_back(fit_hyperparameters(data, false).noise);
    data.known_noise.setConstant(0.1);
    told.push_back(fit_hyperparameters(data, false).noise);
  }
  std::sort(told.begin(), told.end());
  std::sort(untold.begin(), untold.end());
  EXPECT_LT(told[2], 0.5 * untold[2]);
}

TEST(HyperparameterFit, DeterministicPinsTheNoise) {
  Random random(3);
  const TrainingData data = random_data({kNumeric, kCategorical}, 50, 0, random);
  EXPECT_NEAR(fit_hyperparameters(data, true).noise, kLeastNoise, 1e-8);
}

TEST(HyperparameterFit, ManyObservationsAreNoProblem) {
  Random random(4);
  TrainingData data = random_data({kNumeric}, 300, 0, random);
  data.values = (6 * data.points.col(0).array()).sin().matrix();
  EXPECT_LT(fit_hyperparameters(data, false).noise, 1e-3);
}

}  // namespace
}  // namespace foldmill::sampler::gp
