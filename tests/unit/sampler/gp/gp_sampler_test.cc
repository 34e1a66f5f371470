#include "sampler/gp/gp_sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"
#include "tests/support/sampler_studies.h"
#include "tests/unit/core/random_space.h"

namespace foldmill::sampler {
namespace {

GpSampler gp_sampler(GpOptions options = {}) {
  return GpSampler(options, std::make_shared<RandomSampler>());
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

SearchSpace box(int dimensions, double low, double high) {
  std::vector<SearchParameter> parameters;
  for (int d = 0; d < dimensions; ++d)
    parameters.push_back(
        {"x" + std::to_string(d), Distribution::make_float(low, high).value(), {}});
  return SearchSpace::create(std::move(parameters)).value();
}

ParameterSet suggest(const std::vector<History::Entry>& entries, const SearchSpace& space,
                     int64_t number, const GpOptions& options = {},
                     const ParameterSet& fixed = {}) {
  return gp_sampler(options)
      .suggest(History(entries), space, Direction::kMinimize, 1, TrialNumber(number), fixed)
      .value();
}

std::vector<History::Entry> completed(const SearchSpace& space, const Objective& objective,
                                      int64_t count) {
  Random random(9);
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < count; ++number) {
    std::vector<double> internal = internal_values(space, testing::random_point(space, random));
    const double value = objective(internal);
    entries.push_back(observation(number, TrialState::kCompleted, std::move(internal), value));
  }
  return entries;
}

TEST(GpSampler, IsUniformUntilTheStartupTrialsHaveEnded) {
  const SearchSpace space = box(2, 0, 1);
  std::vector<History::Entry> entries = completed(space, sphere, 8);
  entries.push_back(observation(8, TrialState::kPruned, {0.5, 0.5}, 1, 3));
  entries.push_back(observation(9, TrialState::kFailed, {0.5, 0.5}, kNan));
  entries.push_back(observation(10, TrialState::kRunning, {0.5, 0.5}, kNan));
  const auto uniform =
      RandomSampler().suggest({}, space, Direction::kMinimize, 1, TrialNumber(11), {}).value();
  EXPECT_EQ(suggest(entries, space, 11), uniform);
  entries.push_back(observation(11, TrialState::kCompleted, {0.5, 0.5}, 1));
  EXPECT_NE(suggest(entries, space, 11), uniform);
}

TEST(GpSampler, FindsTheMinimumOfBranin) {
  const SearchSpace space =
      SearchSpace::create({{"x", Distribution::make_float(-5, 10).value(), {}},
                           {"y", Distribution::make_float(0, 15).value(), {}}})
          .value();
  for (uint64_t seed = 0; seed < 3; ++seed)
    EXPECT_LT(minimize(gp_sampler(), space, branin, seed, 40), 0.41) << seed;
}

TEST(GpSampler, FindsTheBestOfAConditionalSpace) {
  const SearchSpace space =
      SearchSpace::create(
          {{"kind",
            Distribution::make_categorical({std::string("a"), std::string("b")}).value(),
            {}},
           {"x", Distribution::make_float(0, 1).value(), {{"kind", {std::string("b")}}}},
           {"width", Distribution::make_int(1, 40).value(), {{"kind", {std::string("b")}}}}})
          .value();
  const auto objective = [](const std::vector<double>& internal) {
    if (internal[0] == 0) return 0.5;
    return std::abs(internal[1] - 0.7) + std::abs(internal[2] - 31) / 40;
  };
  EXPECT_LT(minimize(gp_sampler(), space, objective, 1, 40), 0.05);
}

TEST(GpSampler, RunningTrialsPushProposalsAway) {
  const SearchSpace space = box(1, 0, 1);
  std::vector<History::Entry> entries = completed(
      space, [](const std::vector<double>& x) { return std::pow(x[0] - 0.4, 2); }, 12);
  std::set<double> proposals;
  for (int64_t number = 12; number < 20; ++number) {
    const double x = *suggest(entries, space, number).get_double("x0");
    for (double other : proposals) EXPECT_GT(std::abs(x - other), 1e-6);
    proposals.insert(x);
    entries.push_back(observation(number, TrialState::kRunning, {x}, kNan));
  }
}

TEST(GpSampler, TriesNoPointOfASmallSpaceTwice) {
  const SearchSpace space =
      SearchSpace::create({{"a", Distribution::make_int(0, 4).value(), {}},
                           {"b", Distribution::make_categorical({true, false}).value(), {}}})
          .value();
  std::vector<History::Entry> entries;
  std::set<std::vector<double>> tried;
  GpOptions options;
  options.startup_trials = 1;
  for (int64_t number = 0; number < 10; ++number) {
    const std::vector<double> point =
        internal_values(space, suggest(entries, space, number, options));
    EXPECT_TRUE(tried.insert(point).second) << "trial " << number;
    entries.push_back(observation(number, TrialState::kCompleted, point, sphere(point)));
  }
  EXPECT_EQ(space.validate(suggest(entries, space, 10, options)), ok_status());
}

TEST(GpSampler, FixedValuesAreKeptAndCountForTheRest) {
  const SearchSpace space = box(2, 0, 1);
  // The larger x the better, with the best y at half of it.
  const auto valley = [](const std::vector<double>& p) {
    return 4 * std::pow(p[1] - 0.5 * p[0], 2) - p[0];
  };
  const ParameterSet point = suggest(completed(space, valley, 40), space, 40, {}, {{"x0", 1.0}});
  EXPECT_EQ(point.get_double("x0"), 1);
  EXPECT_NEAR(*point.get_double("x1"), 0.5, 0.1);
}

TEST(GpSampler, AnswersInsideTheSpaceWhateverTheHistory) {
  Random random(5);
  const double values[] = {kNan, kInfinity, -kInfinity, 1, 1, 1e300, -1e300, 0, 1e-300};
  constexpr TrialState kStates[] = {TrialState::kCompleted, TrialState::kCompleted,
                                    TrialState::kCompleted, TrialState::kPruned,
                                    TrialState::kFailed,    TrialState::kRunning};
  for (int round = 0; round < 120; ++round) {
    const SearchSpace space = testing::random_space(random, 6);
    const SearchSpace other = testing::random_space(random, 6);
    std::vector<History::Entry> entries;
    const auto count = static_cast<int64_t>(random.below(30));
    for (int64_t number = 0; number < count; ++number) {
      // One in five from another space altogether.
      const SearchSpace& from = random.below(5) == 0 ? other : space;
      auto trial = std::make_shared<Observation>(*observation(
          number, kStates[random.below(std::size(kStates))],
          internal_values(from, testing::random_point(from, random)),
          random.below(2) == 0 ? values[random.below(std::size(values))] : random.normal()));
      trial->standard_error = random.below(2) == 0 ? values[random.below(std::size(values))] : 0.1;
      entries.push_back(trial);
    }
    GpOptions options;
    options.startup_trials = static_cast<int>(random.below(3));
    options.max_trials = 1 + static_cast<int>(random.below(40));
    options.deterministic = random.below(2) == 0;
    const ParameterSet point = suggest(entries, space, count, options);
    EXPECT_EQ(space.validate(point), ok_status()) << "round " << round;
    EXPECT_EQ(suggest(entries, space, count, options), point) << "round " << round;
  }
}

// Answers with the middle of every range.
class Middle final : public Sampler {
 public:
  Result<ParameterSet> suggest(const History&, const SearchSpace& space, Direction, uint64_t,
                               TrialNumber, const ParameterSet& fixed) const override {
    return build_point(space, fixed, [](size_t) { return 0.0; });
  }
};

TEST(GpSampler, LeavesItToAnotherWhatItTakesForNoise) {
  const SearchSpace space = box(2, -1, 1);
  GpOptions options;
  options.most_noise = 0.02;
  const GpSampler sampler(options, std::make_shared<Middle>());
  const auto answer = [&](const Objective& objective) {
    return internal_values(space, sampler
                                      .suggest(History(completed(space, objective, 40)), space,
                                               Direction::kMinimize, 1, TrialNumber(40), {})
                                      .value());
  };
  const std::vector<double> middle{0, 0};
  EXPECT_NE(answer([](const std::vector<double>& x) { return x[0] + x[1]; }), middle);
  Random noise(3);
  EXPECT_EQ(answer([&](const std::vector<double>& x) { return x[0] + noise.normal(); }), middle);
}

TEST(GpSampler, LearnsFromNoMoreThanItsCap) {
  const SearchSpace space = box(2, -1, 1);
  const auto entries = completed(space, sphere, 60);
  GpOptions few;
  few.max_trials = 12;
  EXPECT_NE(suggest(entries, space, 60, few), suggest(entries, space, 60));
}

}  // namespace
}  // namespace foldmill::sampler
