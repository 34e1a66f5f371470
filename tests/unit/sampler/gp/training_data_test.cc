#include "sampler/gp/training_data.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/sampler_studies.h"

namespace foldmill::sampler::gp {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class TrainingDataTest : public testing::Test {
 protected:
  TrainingData learn(Direction direction = Direction::kMinimize, size_t most = 100) const {
    return training_data(History(entries_), model_, direction, most);
  }
  void add(TrialState state, double x, double value) {
    const auto number = static_cast<int64_t>(entries_.size());
    entries_.push_back(observation(number, state, {x}, value));
  }
  void complete(double x, double value) { add(TrialState::kCompleted, x, value); }
  void estimate(double x, double value, double standard_error) {
    add(TrialState::kPruned, x, value);
    Observation trial = *entries_.back();
    trial.estimated = true;
    trial.standard_error = standard_error;
    entries_.back() = std::make_shared<const Observation>(std::move(trial));
  }

  SearchSpace space_ =
      SearchSpace::create({{"x", Distribution::make_float(0, 1).value(), {}}}).value();
  ModelSpace model_{space_, {}};
  std::vector<History::Entry> entries_;
};

TEST_F(TrainingDataTest, LargerIsBetterWhateverTheDirection) {
  complete(0.1, 3);
  complete(0.2, 5);
  EXPECT_TRUE(learn().values.isApprox((Eigen::VectorXd(2) << 1, -1).finished()));
  EXPECT_TRUE(
      learn(Direction::kMaximize).values.isApprox((Eigen::VectorXd(2) << -1, 1).finished()));
}

TEST_F(TrainingDataTest, TakesCompletedAndRunningTrialsWithinTheRanges) {
  complete(0.1, 3);
  complete(0.2, kNan);
  complete(7, 3);
  add(TrialState::kFailed, 0.4, kNan);
  add(TrialState::kRunning, 0.5, kNan);
  add(TrialState::kRunning, -1, kNan);
  const TrainingData data = learn();
  EXPECT_EQ(data.values.size(), 1);
  EXPECT_EQ(data.points(0, 0), 0.1);
  ASSERT_EQ(data.running.rows(), 1);
  EXPECT_EQ(data.running(0, 0), 0.5);
}

// Left out, they would be proposed again: nothing would speak against them.
TEST_F(TrainingDataTest, StoppedTrialsCountAsTheLowerQuartile) {
  add(TrialState::kPruned, 0.9, 100);  // its value is of an early epoch and says nothing
  for (const double value : {1, 2, 3, 4, 5}) complete(value / 10, value);
  const TrainingData data = learn();
  ASSERT_EQ(data.values.size(), 6);
  EXPECT_EQ(data.points(5, 0), 0.9) << "behind the completed ones";
  EXPECT_EQ(data.values[5], data.values[3]) << "four of five are no worse";
  EXPECT_GT(data.known_noise[5], 0);
  EXPECT_EQ(data.known_noise[0], 0);
}

TEST_F(TrainingDataTest, StoppedTrialsHaveTheRoomThatIsLeft) {
  for (const double x : {0.1, 0.2, 0.3}) add(TrialState::kPruned, x, 1);
  EXPECT_EQ(learn().values.size(), 0) << "nothing to compare them with";
  for (const double x : {0.4, 0.5}) complete(x, x);
  const TrainingData data = learn(Direction::kMinimize, 4);
  ASSERT_EQ(data.values.size(), 4);
  EXPECT_EQ(data.points(2, 0), 0.2) << "the latest two";
  EXPECT_EQ(data.points(3, 0), 0.3);
}

TEST_F(TrainingDataTest, EstimatesAreValuesWithTheirNoise) {
  complete(0.1, 3);
  estimate(0.2, 7, 1);  // deviation 2
  TrainingData data = learn();
  EXPECT_EQ(data.points, (Eigen::MatrixXd(2, 1) << 0.1, 0.2).finished());
  EXPECT_TRUE(data.values.isApprox((Eigen::VectorXd(2) << 1, -1).finished()));
  EXPECT_NEAR(data.known_noise[1], 0.25, 1e-12);

  estimate(0.3, 5, kNan);
  data = learn();
  EXPECT_EQ(data.values[2], 0);
  EXPECT_GT(data.known_noise[2], 0) << "not measured, though nobody knows how far off it is";
  EXPECT_EQ(data.known_noise[0], 0);

  estimate(0.4, kNan, kNan);
  EXPECT_EQ(learn().points(3, 0), 0.4) << "stopped without a value, so behind the others";
}

TEST_F(TrainingDataTest, InfinitiesCountAsTheWorstAndTheBest) {
  complete(0.1, kInfinity);
  complete(0.2, 4);
  complete(0.3, 2);
  complete(0.4, -kInfinity);
  const Eigen::VectorXd values = learn().values;
  EXPECT_EQ(values[0], values[1]);
  EXPECT_EQ(values[2], values[3]);
  EXPECT_GT(values[2], values[1]);
}

TEST_F(TrainingDataTest, WhatIsFarWorseThanMostDoesNotDrownTheRest) {
  for (const double value : {1., 2., 3., 4., 5., 8.}) complete(value / 10, value);
  const Eigen::VectorXd usual = learn().values;
  EXPECT_NEAR(usual[4] - usual[5], 3 * (usual[0] - usual[1]), 1e-9) << "nothing is far away";
  // The median is 3, and the better half, 1 to 3, has a spread of 1.29.
  const double ten_spreads = 10 * std::sqrt(5. / 3);
  for (const double far : {1e3, 1e9, 1e100}) {
    entries_.pop_back();
    complete(0.8, far);
    const Eigen::VectorXd values = learn().values;
    const double unit = values[0] - values[1];
    EXPECT_NEAR(values[1] - values[2], unit, 1e-9);
    EXPECT_GT(values[3] - values[4], 0.01 * unit) << "worse is still worse";
    EXPECT_NEAR(values[2] - values[5], ten_spreads * unit, 1e-6 * unit);
  }
}

TEST_F(TrainingDataTest, TheNoiseOfAnOutlierShrinksWithIt) {
  for (const double value : {1., 2., 3., 4., 5.}) complete(value / 10, value);
  estimate(0.8, 3.5, 1);
  estimate(0.9, 1e4, 1);
  const TrainingData data = learn();
  EXPECT_GT(data.known_noise[5], 100 * data.known_noise[6]);
  EXPECT_GT(data.known_noise[6], 0);
}

TEST_F(TrainingDataTest, HugeAndEqualValuesStayFinite) {
  complete(0.1, 1e308);
  complete(0.2, -1e308);
  EXPECT_TRUE(learn().values.allFinite());
  entries_.clear();
  for (int i = 0; i < 5; ++i) complete(0.1 * i, 1e-300);
  EXPECT_TRUE(learn().values.isZero(1e-3));
  entries_.clear();
  complete(0.1, kInfinity);
  EXPECT_EQ(learn().values[0], 0);
}

TEST_F(TrainingDataTest, KeepsTheBestAndTheLatest) {
  for (double value : {1, 9, 2, 8, 7, 6}) complete(value / 10, value);
  const TrainingData data = learn(Direction::kMinimize, 4);
  EXPECT_EQ(data.points, (Eigen::MatrixXd(4, 1) << 0.1, 0.2, 0.7, 0.6).finished());
}

TEST_F(TrainingDataTest, StandardErrorsAreNoiseInUnitsOfTheValues) {
  complete(0.1, 3);
  complete(0.2, 7);  // deviation 2
  Observation known = *entries_[0];
  known.standard_error = 0.5;
  entries_[0] = std::make_shared<const Observation>(known);
  const TrainingData data = learn();
  EXPECT_NEAR(data.known_noise[0], 0.25 * 0.25, 1e-12);
  EXPECT_EQ(data.known_noise[1], 0);
}

}  // namespace
}  // namespace foldmill::sampler::gp
