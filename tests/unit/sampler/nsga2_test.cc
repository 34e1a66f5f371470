#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/hypervolume.h"
#include "sampler/nsga2/nsga2_sampler.h"
#include "sampler/nsga2/survival.h"
#include "sampler/nsga2/variation.h"
#include "sampler/random/random_sampler.h"
#include "tests/support/objective_studies.h"

namespace foldmill::sampler {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<const Observation*> pointers(const std::vector<History::Entry>& entries) {
  std::vector<const Observation*> trials;
  for (const History::Entry& entry : entries) trials.push_back(entry.get());
  return trials;
}

std::vector<int64_t> fittest_numbers(const std::vector<History::Entry>& entries, size_t count) {
  std::vector<int64_t> numbers;
  for (const Parent& parent : fittest(pointers(entries), Direction::kMinimize, count))
    numbers.push_back(parent.trial->number.value);
  return numbers;
}

SearchSpace plane() {
  return SearchSpace::create({{"x", Distribution::make_float(0, 1).value(), {}},
                              {"y", Distribution::make_float(0, 1).value(), {}}})
      .value();
}

SamplerSpec of_population(int population) {
  SamplerSpec spec;
  spec.type = "nsga2";
  spec.population = population;
  return spec;
}

TEST(CrowdingDistances, AreTheSidesOfTheBoxBetweenTheNeighbours) {
  const std::vector<Losses> front{{0, 10}, {4, 4}, {10, 0}, {1, 8}};
  EXPECT_THAT(crowding_distances(front),
              ElementsAre(kInfinity, (10 - 1) / 10.0 + 8 / 10.0, kInfinity, 4 / 10.0 + 6 / 10.0));
}

TEST(CrowdingDistances, OfAFrontWithoutExtentAreNothingButItsEnds) {
  EXPECT_THAT(crowding_distances(std::vector<Losses>{{1, 1}, {1, 1}, {1, 1}}),
              ElementsAre(kInfinity, 0, kInfinity));
  EXPECT_THAT(crowding_distances(std::vector<Losses>{{1, 2}}), ElementsAre(kInfinity));
  EXPECT_TRUE(crowding_distances(std::vector<Losses>{}).empty());
  const std::vector<Losses> endless{{0, kInfinity}, {1, 1}, {kInfinity, 0}};
  EXPECT_EQ(crowding_distances(endless)[1], 0);
}

TEST(Fittest, GoesByFrontThenByRoomThenByNumber) {
  const std::vector<History::Entry> entries{ended(0, {5, 5}), ended(1, {0, 10}),
                                            ended(2, {4, 4}), ended(3, {10, 0}),
                                            ended(4, {1, 8}), ended(5, {0, 10})};
  // On the first front 3 and one of the equal 1 and 5 are ends, then 2 has more room than 4.
  EXPECT_EQ(fittest_numbers(entries, 2), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(fittest_numbers(entries, 9).back(), 0);
  EXPECT_EQ(fittest_numbers({}, 5), std::vector<int64_t>{});
}

TEST(Fittest, FeasibleTrialsComeFirstThenTheNearestToBeingSo) {
  const std::vector<History::Entry> entries{ended(0, {0, 0}, 2), ended(1, {9, 9}),
                                            ended(2, {0, 0}, kInfinity), ended(3, {1, 1}, 1),
                                            ended(4, {8, 8})};
  EXPECT_EQ(fittest_numbers(entries, 5), (std::vector<int64_t>{4, 1, 3, 0, 2}));
}

TEST(Cross, ChildrenStayInTheRangeAndNearTheirParents) {
  Random random(1);
  const Distribution log = Distribution::make_float(1e-4, 1, true).value();
  const Distribution grid = Distribution::make_int(0, 100, false, 10).value();
  const Distribution words =
      Distribution::make_categorical({std::string("a"), std::string("b"), std::string("c")})
          .value();
  double mean = 0;
  for (int i = 0; i < 2000; ++i) {
    const double child = cross(log, 1e-3, 1e-1, random);
    EXPECT_TRUE(child >= 1e-4 && child <= 1);
    mean += std::log10(child) / 2000;
    EXPECT_EQ(std::fmod(cross(grid, 20, 70, random), 10), 0);
    EXPECT_NE(cross(words, 0, 2, random), 1);
    EXPECT_EQ(cross(log, 0.01, 0.01, random), 0.01);
  }
  EXPECT_NEAR(mean, -2, 0.05);  // children are symmetric about the middle of their parents
}

TEST(Mutate, MovesALittleAndAlwaysOnAGrid) {
  Random random(2);
  const Distribution unit = Distribution::make_float(0, 1).value();
  const Distribution pair = Distribution::make_int(1, 2).value();
  std::vector<double> steps;
  int moved = 0;
  for (int i = 0; i < 2000; ++i) {
    const double value = mutate(unit, 0.5, random);
    EXPECT_TRUE(value >= 0 && value <= 1);
    steps.push_back(std::abs(value - 0.5));
    EXPECT_GE(mutate(unit, 0, random), 0);
    moved += mutate(pair, 1, random) == 2;
  }
  std::nth_element(steps.begin(), steps.begin() + 1000, steps.end());
  EXPECT_LT(steps[1000], 0.1);
  EXPECT_GT(moved, 500);
}

TEST(Nsga2Sampler, TheFirstGenerationIsRandom) {
  const SearchSpace space = plane();
  const std::vector<History::Entry> entries{ended(0, {1, 1}, 0, {0.5, 0.5}),
                                            ended(1, {2, 2}, 0, {0.5, 0.5}),
                                            ended(2, {3, 3}, 0, {0.5, 0.5})};
  const Nsga2Sampler sampler(of_population(4));
  EXPECT_EQ(
      sampler.suggest(History(entries), space, Direction::kMinimize, 1, TrialNumber(3), {}).value(),
      RandomSampler()
          .suggest(History(), space, Direction::kMinimize, 1, TrialNumber(3), {})
          .value());
}

TEST(Nsga2Sampler, ALaterGenerationDoesNotSeeItsOwnTrials) {
  const SearchSpace space = plane();
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 4; ++number)
    entries.push_back(ended(number, {double(number), 1}, 0, {0.1 * double(number), 0.2}));
  const Nsga2Sampler sampler(of_population(4));
  const auto seventh = [&] {
    return sampler.suggest(History(entries), space, Direction::kMinimize, 1, TrialNumber(7), {})
        .value();
  };
  const ParameterSet before = seventh();
  entries.push_back(ended(4, {-9, -9}, 0, {0.9, 0.9}));
  EXPECT_EQ(seventh(), before);
}

TEST(Nsga2Sampler, ChildrenOfEqualParentsDifferFromThem) {
  const SearchSpace space = plane();
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 4; ++number)
    entries.push_back(ended(number, {1, 1}, 0, {0.25, 0.75}));
  const Nsga2Sampler sampler(of_population(4));
  for (int64_t number = 4; number < 8; ++number) {
    const ParameterSet child =
        sampler.suggest(History(entries), space, Direction::kMinimize, 3, TrialNumber(number), {})
            .value();
    EXPECT_TRUE(child.get_double("x") != 0.25 || child.get_double("y") != 0.75);
  }
}

TEST(Nsga2Sampler, TrialsOutsideTheRangeAndWithoutValuesAreNoProblem) {
  const SearchSpace space = plane();
  std::vector<History::Entry> entries{
      ended(0, {kNan, kInfinity}, 0, {5, kNan}), ended(1, {-kInfinity, kNan}, kInfinity, {}),
      ended(2, {1}, 0, {0.5, 0.5}), ended(3, {1, 2, 3}, 0, {-1, 2})};
  const Nsga2Sampler sampler(of_population(4));
  for (int64_t number = 4; number < 40; ++number)
    EXPECT_EQ(space.validate(sampler
                                 .suggest(History(entries), space, Direction::kMaximize, 1,
                                          TrialNumber(number), {})
                                 .value()),
              ok_status());
}

// Distances from (0, 0) and (1, 1): the front is the diagonal between them.
TEST(Nsga2Sampler, FindsMoreOfAFrontThanRandomSearch) {
  const SearchSpace space =
      SearchSpace::create({{"x", Distribution::make_float(-4, 4).value(), {}},
                           {"y", Distribution::make_float(-4, 4).value(), {}},
                           {"z", Distribution::make_float(-4, 4).value(), {}}})
          .value();
  const auto losses = [](const std::vector<double>& x) {
    double near = 0, far = 0;
    for (const double value : x) {
      near += value * value;
      far += (value - 1) * (value - 1);
    }
    return Losses{near, far};
  };
  int better = 0;
  for (uint64_t seed = 0; seed < 10; ++seed)
    better += front_volume(Nsga2Sampler(of_population(20)), space, losses, seed, 160, {4, 4}) >
              front_volume(RandomSampler(), space, losses, seed, 160, {4, 4});
  EXPECT_GE(better, 9);
}

}  // namespace
}  // namespace foldmill::sampler
