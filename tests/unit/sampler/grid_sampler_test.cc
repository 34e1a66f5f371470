#include "sampler/grid/grid_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/grid_points.h"
#include "sampler/point_key.h"
#include "tests/support/sampler_studies.h"

namespace foldmill::sampler {
namespace {

ParameterValue word(const char* text) { return std::string(text); }

// 3 floats x (adam, or sgd with 2 momenta): 9 points of the grid.
SearchSpace conditional_space() {
  return SearchSpace::create(
             {{"lr", Distribution::make_float(1e-4, 1e-2, true).value(), {}},
              {"opt", Distribution::make_categorical({word("adam"), word("sgd")}).value(), {}},
              {"momentum", Distribution::make_int(0, 1).value(), {{"opt", {word("sgd")}}}}})
      .value();
}

SamplerSpec three_points() { return {.type = "grid", .grid_points = 3}; }

class GridSamplerTest : public testing::Test {
 protected:
  Result<ParameterSet> next(const ParameterSet& fixed = {}, uint64_t seed = 1) const {
    return sampler_.suggest(History(entries_), space_, Direction::kMinimize, seed,
                            TrialNumber(number_), fixed);
  }
  void record(const ParameterSet& point, TrialState state = TrialState::kCompleted) {
    entries_.push_back(observation(number_++, state, internal_values(space_, point), 1));
  }

  SearchSpace space_ = conditional_space();
  GridSampler sampler_{three_points()};
  std::vector<History::Entry> entries_;
  int64_t number_ = 0;
};

TEST_F(GridSamplerTest, HasEveryPointOnceAndThenNoMore) {
  std::set<PointKey> points;
  for (int i = 0; i < 9; ++i) {
    const ParameterSet point = next().value();
    EXPECT_EQ(space_.validate(point), ok_status());
    points.insert(key_of(space_, point));
    record(point, i % 3 == 0 ? TrialState::kFailed : TrialState::kRunning);
  }
  EXPECT_EQ(points.size(), 9u);
  EXPECT_EQ(next().status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(next().status().message(), "all 9 points of the grid have been tried");
}

TEST_F(GridSamplerTest, TakesTheEndsAndTheLogarithmicMiddleOfAFloat) {
  std::set<double> rates;
  for (int i = 0; i < 9; ++i) {
    const ParameterSet point = next().value();
    rates.insert(point.get_double("lr").value());
    record(point);
  }
  ASSERT_EQ(rates.size(), 3u);
  EXPECT_EQ(*rates.begin(), 1e-4);
  EXPECT_NEAR(*std::next(rates.begin()), 1e-3, 1e-15);
  EXPECT_EQ(*rates.rbegin(), 1e-2);
}

TEST_F(GridSamplerTest, EnqueuedPointsCountWhereTheyLieOnTheGrid) {
  const ParameterSet on{{"lr", 1e-2}, {"opt", word("adam")}};
  const ParameterSet off{{"lr", 5e-3}, {"opt", word("adam")}};
  for (const ParameterSet& fixed : {on, off}) {
    const ParameterSet point = next(fixed).value();
    EXPECT_EQ(point, fixed);
    record(point);
  }
  for (int i = 0; i < 8; ++i) {
    const ParameterSet point = next().value();
    EXPECT_NE(point, on);
    record(point);
  }
  EXPECT_EQ(next().status().code(), StatusCode::kOutOfRange);
  EXPECT_TRUE(next(on).ok());  // who enqueues a point gets it
}

TEST_F(GridSamplerTest, FillsAPartOfAPointIn) {
  const ParameterSet point = next({{"opt", word("sgd")}}).value();
  EXPECT_EQ(space_.validate(point), ok_status());
  EXPECT_EQ(point.get_string("opt"), "sgd");
}

// Three points are asked of a range that has two numbers.
TEST_F(GridSamplerTest, PointsThatCoincideAreOne) {
  space_ =
      SearchSpace::create({{"x", Distribution::make_float(1, std::nextafter(1, 2)).value(), {}}})
          .value();
  for (const double x : {1.0, std::nextafter(1, 2)}) {
    EXPECT_TRUE(next().ok());
    record({{"x", x}});
  }
  EXPECT_EQ(next().status().code(), StatusCode::kOutOfRange);
}

TEST_F(GridSamplerTest, TheSeedShufflesTheOrder) {
  std::set<PointKey> firsts;
  for (uint64_t seed = 0; seed < 20; ++seed) firsts.insert(key_of(space_, *next({}, seed)));
  EXPECT_GT(firsts.size(), 3u);
}

}  // namespace
}  // namespace foldmill::sampler
