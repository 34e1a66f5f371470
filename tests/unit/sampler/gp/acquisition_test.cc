#include "sampler/gp/acquisition.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sampler/gp/expected_improvement.h"
#include "tests/unit/sampler/gp/drawn_data.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::VectorXd;

constexpr DimensionKind kNumeric = DimensionKind::kNumeric;
constexpr DimensionKind kCategorical = DimensionKind::kCategorical;

constexpr double kBest = 1.2;

GaussianProcess process_with(Eigen::Index running, Random& random) {
  return *GaussianProcess::condition(
      random_data({kNumeric, kCategorical, kNumeric}, 14, running, random),
      hyperparameters({0.3, 1, 0.5}, 1, 0.01));
}

VectorXd random_point(Random& random) {
  return (VectorXd(3) << random.uniform(), static_cast<double>(random.below(3)), random.uniform())
      .finished();
}

TEST(Acquisition, WithNothingRunningIsTheExpectedImprovement) {
  Random random(1);
  const TrainingData data = random_data({kNumeric}, 8, 0, random);
  const auto process = GaussianProcess::condition(data, hyperparameters({0.3}, 1, 1e-3));
  const Acquisition acquisition(*process, data.values.maxCoeff(), Random(7));
  const VectorXd x = VectorXd::Constant(1, 0.43);
  const GaussianProcess::Posterior at = process->posterior(x);
  EXPECT_NEAR(
      acquisition.value(x, nullptr),
      log_expected_improvement(at.mean, std::sqrt(at.variance), data.values.maxCoeff()).value,
      1e-9);
}

TEST(Acquisition, GradientAgreesWithDifferences) {
  Random random(2);
  for (Eigen::Index running : {0, 1, 4}) {
    const GaussianProcess process = process_with(running, random);
    const Acquisition acquisition(process, kBest, Random(8));
    for (int i = 0; i < 10; ++i) {
      const VectorXd x = random_point(random);
      VectorXd gradient;
      acquisition.value(x, &gradient);
      VectorXd expected =
          numeric_gradient([&](const VectorXd& at) { return acquisition.value(at, nullptr); }, x);
      expected[1] = 0;  // a choice has no slope
      EXPECT_LT((gradient - expected).norm(), 1e-4 * (1 + expected.norm())) << running;
    }
  }
}

TEST(Acquisition, ManyPointsAtOnceAreEachPointAlone) {
  Random random(3);
  const GaussianProcess process = process_with(2, random);
  const Acquisition acquisition(process, kBest, Random(9));
  Eigen::MatrixXd points(3, 20);
  for (Eigen::Index i = 0; i < points.cols(); ++i) points.col(i) = random_point(random);
  const VectorXd values = acquisition.values(points);
  for (Eigen::Index i = 0; i < points.cols(); ++i)
    EXPECT_NEAR(values[i], acquisition.value(points.col(i), nullptr), 1e-9);
}

// The increment of the batch's improvement, estimated from plain random draws of all values.
TEST(Acquisition, AgreesWithDrawsFromTheJointPosterior) {
  Random random(4);
  TrainingData data = random_data({kNumeric}, 6, 2, random);
  const Hyperparameters h = hyperparameters({0.03}, 1, 1e-6);
  const VectorXd x = VectorXd::Constant(1, 0.62);
  const auto process = GaussianProcess::condition(data, h);
  const double best = process->posterior(x).mean;
  const double value = Acquisition(*process, best, Random(10)).value(x, nullptr);

  data.running.conservativeResize(3, 1);
  data.running.row(2) = x.transpose();
  const auto joint = GaussianProcess::condition(data, h);
  const Eigen::MatrixXd factor = joint->running_factor();
  double sum = 0;
  constexpr int kDraws = 50000;
  for (int i = 0; i < kDraws; ++i) {
    VectorXd draw(3);
    for (double& each : draw) each = random.normal();
    draw = joint->running_means() + factor * draw;
    const double before = std::max(best, draw.head(2).maxCoeff());
    sum += std::max(0.0, draw[2] - before);
  }
  EXPECT_NEAR(value, std::log(sum / kDraws), 0.1);
}

TEST(Acquisition, RunningTrialsLeaveLittleWhereTheyAre) {
  Random random(5);
  TrainingData data = random_data({kNumeric}, 5, 0, random);
  const Hyperparameters h = hyperparameters({0.2}, 1, 1e-6);
  const VectorXd x = VectorXd::Constant(1, 0.5);
  const auto alone = GaussianProcess::condition(data, h);
  data.running = x.transpose();
  const auto crowded = GaussianProcess::condition(data, h);
  EXPECT_LT(Acquisition(*crowded, kBest, Random(1)).value(x, nullptr),
            Acquisition(*alone, kBest, Random(1)).value(x, nullptr) - 3);
}

}  // namespace
}  // namespace foldmill::sampler::gp
