#include "sampler/tpe/tpe_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sampler/random/random_sampler.h"
#include "tests/support/sampler_studies.h"

namespace foldmill::sampler {
namespace {

SearchParameter real(std::string name, double low = 0, double high = 1) {
  return {std::move(name), Distribution::make_float(low, high).value(), {}};
}

SearchSpace box(int dimensions, double low, double high) {
  std::vector<SearchParameter> parameters;
  for (int d = 0; d < dimensions; ++d)
    parameters.push_back(real("x" + std::to_string(d), low, high));
  return SearchSpace::create(std::move(parameters)).value();
}

// Trials on the diagonal of the unit square, good near (0.8, 0.8).
std::vector<History::Entry> diagonal(int64_t count) {
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < count; ++number) {
    const double x = static_cast<double>(number * 37 % count) / static_cast<double>(count);
    entries.push_back(observation(number, TrialState::kCompleted, {x, x}, std::abs(x - 0.8)));
  }
  return entries;
}

ParameterSet suggest(const Sampler& sampler, const std::vector<History::Entry>& entries,
                     const SearchSpace& space, int64_t number, const ParameterSet& fixed = {}) {
  return sampler
      .suggest(History(entries), space, Direction::kMinimize, 1, TrialNumber(number), fixed)
      .value();
}

TEST(TpeSampler, IsUniformUntilTheStartupTrialsAreFinished) {
  const SearchSpace space = box(2, 0, 1);
  std::vector<History::Entry> nine = diagonal(9);
  nine.push_back(observation(9, TrialState::kRunning, {0.5, 0.5}, std::nan("")));
  nine.push_back(observation(10, TrialState::kFailed, {0.5, 0.5}, std::nan("")));
  const TpeSampler tpe({});
  EXPECT_EQ(suggest(tpe, nine, space, 11), suggest(RandomSampler(), nine, space, 11));
  nine.push_back(observation(11, TrialState::kPruned, {0.1, 0.1}, 1, 3));
  EXPECT_NE(suggest(tpe, nine, space, 12), suggest(RandomSampler(), nine, space, 12));
}

TEST(TpeSampler, ProposesNearTheGoodTrials) {
  const SearchSpace space = box(2, 0, 1);
  const std::vector<History::Entry> entries = diagonal(60);
  int near = 0;
  for (int64_t number = 60; number < 110; ++number)
    near += std::abs(*suggest(TpeSampler({}), entries, space, number).get_double("x0") - 0.8) < 0.2;
  EXPECT_GE(near, 40);
}

TEST(TpeSampler, RunningTrialsPushProposalsAway) {
  const SearchSpace space = box(1, 0, 1);
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 20; ++number) {
    const double x = static_cast<double>(number) / 20;
    entries.push_back(observation(number, TrialState::kCompleted, {x}, std::abs(x - 0.5)));
  }
  std::vector<History::Entry> crowded = entries;
  for (int64_t number = 20; number < 60; ++number)
    crowded.push_back(observation(number, TrialState::kRunning, {0.5}, std::nan("")));
  const auto mean_distance = [&](const SamplerSpec& spec) {
    double sum = 0;
    for (int64_t number = 60; number < 110; ++number)
      sum +=
          std::abs(*suggest(TpeSampler(spec), crowded, space, number).get_double("x0") - 0.5) / 50;
    return sum;
  };
  SamplerSpec blind;
  blind.constant_liar = false;
  EXPECT_GT(mean_distance({}), 1.5 * mean_distance(blind));
}

TEST(TpeSampler, ConditionalParametersLearnFromTheTrialsThatHadThem) {
  const SearchSpace space =
      SearchSpace::create(
          {{"opt",
            Distribution::make_categorical({std::string("adam"), std::string("sgd")}).value(),
            {}},
           {"momentum", Distribution::make_float(0, 1).value(), {{"opt", {std::string("sgd")}}}}})
          .value();
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 80; ++number) {
    const bool sgd = number % 2 == 1;
    const double momentum = static_cast<double>(number * 29 % 80) / 80;
    entries.push_back(observation(number, TrialState::kCompleted,
                                  {sgd ? 1.0 : 0.0, sgd ? momentum : std::nan("")},
                                  sgd ? std::abs(momentum - 0.9) : 0.5));
  }
  int near = 0;
  for (int64_t number = 80; number < 120; ++number) {
    const ParameterSet fixed{{"opt", std::string("sgd")}};
    near +=
        std::abs(*suggest(TpeSampler({}), entries, space, number, fixed).get_double("momentum") -
                 0.9) < 0.2;
  }
  EXPECT_GE(near, 32);
}

TEST(TpeSampler, ObservationsOutsideTodaysRangeShapeNoDensity) {
  const SearchSpace space = box(2, 0, 1);
  std::vector<History::Entry> entries = diagonal(28);
  // Bad ones, and few enough that as many trials are good with them as without.
  for (int64_t number = 28; number < 30; ++number)
    entries.push_back(observation(number, TrialState::kCompleted, {5, -7}, 100));
  EXPECT_EQ(suggest(TpeSampler({}), entries, space, 40),
            suggest(TpeSampler({}), diagonal(28), space, 40));
}

TEST(TpeSampler, UnivariateIsAnotherProposal) {
  SamplerSpec univariate;
  univariate.multivariate = false;
  const SearchSpace space = box(2, 0, 1);
  const std::vector<History::Entry> entries = diagonal(40);
  EXPECT_NE(suggest(TpeSampler({}), entries, space, 40),
            suggest(TpeSampler(univariate), entries, space, 40));
}

// Good at (0.2, 0.8) and (0.8, 0.2), bad where both are low or both are high: neither parameter
// shows on its own what is good.
TEST(TpeSampler, GroupsProposeTogetherWhatIsAlwaysTogether) {
  const std::vector<Condition> with_sgd{{"opt", {std::string("sgd")}}};
  const SearchSpace space =
      SearchSpace::create(
          {{"opt",
            Distribution::make_categorical({std::string("adam"), std::string("sgd")}).value(),
            {}},
           {"x", Distribution::make_float(0, 1).value(), with_sgd},
           {"y", Distribution::make_float(0, 1).value(), with_sgd}})
          .value();
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 200; ++number) {
    const double x = number % 4 < 2 ? 0.2 : 0.8, y = number % 2 == 0 ? 0.2 : 0.8;
    const double none = std::nan("");
    entries.push_back(number % 5 == 0
                          ? observation(number, TrialState::kCompleted, {0, none, none}, 2)
                          : observation(number, TrialState::kCompleted, {1, x, y}, x == y ? 1 : 0));
  }
  const auto apart = [&](const SamplerSpec& spec) {
    int count = 0;
    for (int64_t number = 200; number < 260; ++number) {
      const ParameterSet point =
          suggest(TpeSampler(spec), entries, space, number, {{"opt", std::string("sgd")}});
      count += std::abs(*point.get_double("x") - *point.get_double("y")) > 0.3;
    }
    return count;
  };
  SamplerSpec grouped;
  grouped.group = true;
  EXPECT_GE(apart(grouped), 54);
  EXPECT_LE(apart({}), 40);
}

// Nothing is always active: every number belongs to one choice of `kind`.
TEST(TpeSampler, LearnsWhereAllNumbersHideBehindConditions) {
  const auto when = [](const char* kind) {
    return std::vector<Condition>{{"kind", {std::string(kind)}}};
  };
  const SearchSpace space =
      SearchSpace::create(
          {{"kind",
            Distribution::make_categorical({std::string("a"), std::string("b")}).value(),
            {}},
           {"x", Distribution::make_float(0, 1).value(), when("a")},
           {"y", Distribution::make_float(0, 1).value(), when("b")}})
          .value();
  const auto objective = [](const std::vector<double>& internal) {
    return internal[0] == 0 ? 1 + internal[1] : std::abs(internal[2] - 0.7);
  };
  SamplerSpec grouped, univariate;
  grouped.group = true;
  univariate.multivariate = false;
  for (const SamplerSpec& spec : {SamplerSpec(), grouped, univariate})
    EXPECT_LT(minimize(TpeSampler(spec), space, objective, 3, 60), 0.02);
}

double median_of_minima(const Sampler& sampler, const SearchSpace& space,
                        const Objective& objective) {
  std::vector<double> minima;
  for (uint64_t seed = 0; seed < 7; ++seed)
    minima.push_back(minimize(sampler, space, objective, seed, 80));
  std::nth_element(minima.begin(), minima.begin() + 3, minima.end());
  return minima[3];
}

TEST(TpeSampler, BeatsRandomSearchOnBranin) {
  const SearchSpace space = SearchSpace::create({real("x", -5, 10), real("y", 0, 15)}).value();
  const double tpe = median_of_minima(TpeSampler({}), space, branin) - 0.397887;
  const double random = median_of_minima(RandomSampler(), space, branin) - 0.397887;
  EXPECT_LT(tpe, 0.6 * random);
}

TEST(TpeSampler, BeatsRandomSearchOnAShiftedSphere) {
  const auto shifted = [](std::vector<double> x) {
    for (double& value : x) value -= 2.2;
    return sphere(x);
  };
  const SearchSpace space = box(4, -5, 5);
  EXPECT_LT(median_of_minima(TpeSampler({}), space, shifted),
            0.5 * median_of_minima(RandomSampler(), space, shifted));
}

}  // namespace
}  // namespace foldmill::sampler
