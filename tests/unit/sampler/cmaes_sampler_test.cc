#include "sampler/cmaes/cmaes_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "tests/support/sampler_studies.h"

namespace foldmill::sampler {
namespace {

const CmaesSampler& sampler() {
  static const CmaesSampler kSampler({.type = "cmaes"});
  return kSampler;
}

SearchSpace box(int dimensions, double low, double high) {
  std::vector<SearchParameter> parameters;
  for (int i = 0; i < dimensions; ++i)
    parameters.push_back(
        {"x" + std::to_string(i), Distribution::make_float(low, high).value(), {}});
  return SearchSpace::create(std::move(parameters)).value();
}

double shifted_sphere(const std::vector<double>& x) {
  double sum = 0;
  for (size_t i = 0; i < x.size(); ++i)
    sum += (x[i] - 1 - static_cast<double>(i)) * (x[i] - 1 - static_cast<double>(i));
  return sum;
}

double rosenbrock(const std::vector<double>& x) {
  return 100 * std::pow(x[1] - x[0] * x[0], 2) + std::pow(1 - x[0], 2);
}

TEST(CmaesSampler, ConvergesOnASphere) {
  for (uint64_t seed = 0; seed < 3; ++seed)
    EXPECT_LT(minimize(sampler(), box(3, -5, 5), shifted_sphere, seed, 500), 1e-6) << seed;
}

TEST(CmaesSampler, FollowsACurvedValley) {
  for (uint64_t seed = 0; seed < 3; ++seed)
    EXPECT_LT(minimize(sampler(), box(2, -2, 2), rosenbrock, seed, 600), 1e-4) << seed;
}

// On a logarithm the members of this range lie nearer to each other than doubles do.
TEST(CmaesSampler, AGridFinerThanRoundingIsContinuous) {
  const SearchSpace space =
      SearchSpace::create(
          {{"n",
            Distribution::make_int(int64_t{1} << 50, (int64_t{1} << 51) + 7, true).value(),
            {}},
           {"x", Distribution::make_float(-5, 5).value(), {}}})
          .value();
  const double best = std::ldexp(1.2, 50);
  const auto objective = [&](const std::vector<double>& p) {
    return std::abs(std::log(p[0] / best)) + p[1] * p[1];
  };
  EXPECT_LT(minimize(sampler(), space, objective, 1, 200), 0.01);
}

// Without the margin the integers freeze long before the best ones are found.
TEST(CmaesSampler, FindsTheBestIntegers) {
  std::vector<SearchParameter> parameters;
  for (int i = 0; i < 4; ++i)
    parameters.push_back({"n" + std::to_string(i), Distribution::make_int(0, 20).value(), {}});
  for (int i = 0; i < 2; ++i)
    parameters.push_back({"x" + std::to_string(i), Distribution::make_float(-5, 5).value(), {}});
  const SearchSpace space = SearchSpace::create(std::move(parameters)).value();
  const auto objective = [](const std::vector<double>& p) {
    double sum = 0;
    for (size_t i = 0; i < 4; ++i) sum += std::abs(p[i] - 3 - 4 * static_cast<double>(i));
    return sum + 10 * (p[4] * p[4] + p[5] * p[5]);
  };
  for (uint64_t seed = 0; seed < 3; ++seed)
    EXPECT_LT(minimize(sampler(), space, objective, seed, 800), 0.05) << seed;
}

TEST(CmaesSampler, LearnsWithTrialsInParallel) {
  const SearchSpace space = box(3, -5, 5);
  for (uint64_t seed = 0; seed < 3; ++seed) {
    std::vector<History::Entry> entries;
    double best = INFINITY;
    for (int64_t number = 0; number < 500; ++number) {
      const ParameterSet point =
          sampler()
              .suggest(History(entries), space, Direction::kMinimize, seed, TrialNumber(number), {})
              .value();
      entries.push_back(
          observation(number, TrialState::kRunning, internal_values(space, point), 0));
      if (number < 8) continue;
      History::Entry& oldest = entries[static_cast<size_t>(number - 8)];
      const double value = shifted_sphere(oldest->internal);
      best = std::min(best, value);
      oldest = observation(number - 8, TrialState::kCompleted, oldest->internal, value);
    }
    EXPECT_LT(best, 1e-3) << seed;
  }
}

TEST(CmaesSampler, PrunedTrialsRankBehindCompletedOnes) {
  const SearchSpace space = box(2, 0, 1);
  std::vector<History::Entry> low_wins, high_wins;
  for (int64_t number = 0; number < 60; ++number) {
    const bool low = number % 2 == 0;
    const std::vector<double> place(2, low ? 0.3 : 0.7);
    low_wins.push_back(observation(number, low ? TrialState::kCompleted : TrialState::kPruned,
                                   place, low ? 1 : 0, 3));
    high_wins.push_back(observation(number, low ? TrialState::kPruned : TrialState::kCompleted,
                                    place, low ? 0 : 1, 3));
  }
  const auto mean = [&](const std::vector<History::Entry>& entries) {
    double sum = 0;
    for (int64_t number = 60; number < 160; ++number)
      sum += sampler()
                 .suggest(History(entries), space, Direction::kMinimize, 1, TrialNumber(number), {})
                 .value()
                 .get_double("x0")
                 .value();
    return sum / 100;
  };
  EXPECT_LT(mean(low_wins) + 0.1, mean(high_wins));
}

TEST(CmaesSampler, DrawsWhatItCannotModel) {
  const SearchSpace space =
      SearchSpace::create(
          {{"c", Distribution::make_categorical({int64_t{1}, int64_t{2}}).value(), {}},
           {"x", Distribution::make_float(0, 1).value(), {{"c", {int64_t{1}}}}}})
          .value();
  int seen = 0;
  for (int64_t number = 0; number < 40; ++number)
    seen += sampler()
                    .suggest({}, space, Direction::kMinimize, 1, TrialNumber(number), {})
                    .value()
                    .contains("x")
                ? 1
                : 0;
  EXPECT_GT(seen, 5);
  EXPECT_LT(seen, 35);
}

}  // namespace
}  // namespace foldmill::sampler
