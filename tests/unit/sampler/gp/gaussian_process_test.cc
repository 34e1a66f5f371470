#include "sampler/gp/gaussian_process.h"

#include <gtest/gtest.h>

#include <Eigen/LU>
#include <cmath>

#include "tests/unit/sampler/gp/drawn_data.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr DimensionKind kNumeric = DimensionKind::kNumeric;
constexpr DimensionKind kCategorical = DimensionKind::kCategorical;

TEST(Matern, IsTheClosedFormAndItsSlope) {
  const Eigen::ArrayXd r2 = Eigen::ArrayXd::LinSpaced(20, 0, 9);
  const KernelValues kernel = matern52(r2);
  for (Eigen::Index i = 0; i < r2.size(); ++i) {
    const double r = std::sqrt(r2[i]);
    const double value = (1 + std::sqrt(5.0) * r + 5 * r2[i] / 3) * std::exp(-std::sqrt(5.0) * r);
    EXPECT_NEAR(kernel.value[i], value, 1e-14);
  }
  const double step = 1e-6;
  const KernelValues above = matern52(r2 + step);
  for (Eigen::Index i = 0; i < r2.size(); ++i)
    EXPECT_NEAR(kernel.slope[i], (above.value[i] - kernel.value[i]) / step,
                1e-2 * std::sqrt(step) * 1e3);
}

TEST(Matern, ChoicesDifferOrDoNot) {
  const Eigen::ArrayXd choices = (Eigen::ArrayXd(4) << 0, 2, 1, 2).finished();
  EXPECT_TRUE((squared_differences(choices, 2, kCategorical) ==
               (Eigen::ArrayXd(4) << 1, 0, 1, 0).finished())
                  .all());
}

TEST(GaussianProcess, OneObservationIsTheClosedForm) {
  Random random(1);
  TrainingData data = random_data({kNumeric}, 1, 0, random);
  data.points(0, 0) = 0.5;
  data.values[0] = 2;
  data.known_noise[0] = 0.05;
  const Hyperparameters h = hyperparameters({0.25}, 1.5, 0.1);
  const auto process = GaussianProcess::condition(data, h);
  const double u = std::sqrt(5.0) * 0.25 / 0.25;
  const double k = 1.5 * (1 + u + u * u / 3) * std::exp(-u);
  const GaussianProcess::Posterior at = process->posterior(VectorXd::Constant(1, 0.75));
  EXPECT_NEAR(at.mean, k * 2 / 1.65, 1e-12);
  EXPECT_NEAR(at.variance, 1.5 - k * k / 1.65, 1e-12);
  EXPECT_NEAR(process->posterior_means_at_observations()[0], 1.5 * 2 / 1.65, 1e-12);
}

TEST(GaussianProcess, PosteriorAgreesWithTheDenseInverse) {
  Random random(2);
  TrainingData data = random_data({kNumeric, kCategorical, kNumeric}, 25, 0, random);
  for (double& noise : data.known_noise) noise = random.uniform(0, 0.3);
  const Hyperparameters h = hyperparameters({0.3, 1.2, 0.7}, 1.3, 0.02);
  const auto process = GaussianProcess::condition(data, h);
  const MatrixXd inverse = covariance_of(data, h).inverse();
  for (int i = 0; i < 20; ++i) {
    const VectorXd x = random_data(data.kinds, 1, 0, random).points.row(0).transpose();
    const VectorXd k =
        h.scale * matern52(squared_distances(data.points, data.kinds, h, x)).value.matrix();
    const GaussianProcess::Posterior at = process->posterior(x);
    EXPECT_NEAR(at.mean, k.dot(inverse * data.values), 1e-9);
    EXPECT_NEAR(at.variance, h.scale - k.dot(inverse * k), 1e-9);
  }
}

TEST(GaussianProcess, RunningPointsHaveTheirJointPosterior) {
  Random random(3);
  const TrainingData data = random_data({kNumeric, kNumeric}, 12, 3, random);
  const Hyperparameters h = hyperparameters({0.4, 0.8}, 1, 0.01);
  const auto process = GaussianProcess::condition(data, h);
  const MatrixXd factor = process->running_factor();
  const MatrixXd joint = factor * factor.transpose();
  ASSERT_EQ(joint.rows(), 3);
  for (Eigen::Index i = 0; i < 3; ++i) {
    const GaussianProcess::Posterior alone = process->posterior(data.running.row(i).transpose());
    EXPECT_NEAR(process->running_means()[i], alone.mean, 1e-9);
    EXPECT_NEAR(joint(i, i), alone.variance + h.noise, 1e-9);
  }
  EXPECT_NE(joint(0, 1), 0);
}

TEST(GaussianProcess, GradientOfTheMeanAgreesWithDifferences) {
  Random random(4);
  const TrainingData data = random_data({kNumeric, kCategorical, kNumeric}, 15, 0, random);
  const auto process = GaussianProcess::condition(data, hyperparameters({0.3, 1, 0.6}, 1.2, 0.01));
  VectorXd weights = process->whitened_values();
  process->unwhiten(weights);
  const VectorXd x = (VectorXd(3) << 0.37, 1, 0.81).finished();
  VectorXd expected =
      numeric_gradient([&](const VectorXd& at) { return process->posterior(at).mean; }, x);
  expected[1] = 0;  // a choice has no slope
  EXPECT_TRUE(process->pull_back(process->row(x), weights, x).isApprox(expected, 1e-6));
}

TEST(GaussianProcess, RepeatedPointsWithoutNoiseAreNoProblem) {
  Random random(5);
  TrainingData data = random_data({kNumeric}, 30, 30, random);
  data.points.setConstant(0.5);
  data.running.setConstant(0.5);
  const auto process = GaussianProcess::condition(data, hyperparameters({0.5}, 1, 0));
  ASSERT_TRUE(process);
  EXPECT_TRUE(std::isfinite(process->posterior(VectorXd::Constant(1, 0.4)).mean));
}

}  // namespace
}  // namespace foldmill::sampler::gp
