#include "sampler/distinct_sampler.h"

#include <gtest/gtest.h>

#include <set>

#include "sampler/point_builder.h"
#include "sampler/point_key.h"
#include "tests/support/sampler_studies.h"

namespace foldmill::sampler {
namespace {

// Always the lowest value of everything.
class Stubborn : public Sampler {
 public:
  Result<ParameterSet> suggest(const History&, const SearchSpace& space, Direction, uint64_t,
                               TrialNumber, const ParameterSet& fixed) const override {
    return build_point(space, fixed, [](size_t) { return 0.0; });
  }
};

SearchSpace small_space() {
  return SearchSpace::create(
             {{"n", Distribution::make_int(0, 4).value(), {}},
              {"f", Distribution::make_float(0, 0.3, false, 0.1).value(), {{"n", {int64_t{3}}}}}})
      .value();
}

class DistinctSamplerTest : public testing::Test {
 protected:
  ParameterSet next(const ParameterSet& fixed = {}) const {
    return sampler_
        .suggest(History(entries_), space_, Direction::kMinimize, 1,
                 TrialNumber(static_cast<int64_t>(entries_.size())), fixed)
        .value();
  }
  ParameterSet try_next(const ParameterSet& fixed = {}) {
    const ParameterSet point = next(fixed);
    entries_.push_back(observation(static_cast<int64_t>(entries_.size()), TrialState::kRunning,
                                   internal_values(space_, point), 0));
    return point;
  }

  SearchSpace space_ = small_space();  // 8 points
  DistinctSampler sampler_{std::make_unique<Stubborn>()};
  std::vector<History::Entry> entries_;
};

TEST_F(DistinctSamplerTest, NeverRepeatsAPointBeforeTheSpaceIsExhausted) {
  std::set<PointKey> points;
  for (int i = 0; i < 8; ++i) {
    const ParameterSet point = try_next();
    EXPECT_EQ(space_.validate(point), ok_status());
    points.insert(key_of(space_, point));
  }
  EXPECT_EQ(points.size(), 8u);
  EXPECT_EQ(next(), (ParameterSet{{"n", int64_t{0}}}));  // what the sampler wants
}

TEST_F(DistinctSamplerTest, KeepsWhatIsFixed) {
  const ParameterSet fixed{{"n", int64_t{3}}};
  std::set<double> values;
  for (int i = 0; i < 4; ++i) values.insert(try_next(fixed).get_double("f").value());
  EXPECT_EQ(values.size(), 4u);
  EXPECT_EQ(next(fixed).get_int("n"), 3);  // nothing is left but a repetition
}

TEST_F(DistinctSamplerTest, LeavesContinuousSpacesAlone) {
  space_ = SearchSpace::create({{"x", Distribution::make_float(0, 1).value(), {}}}).value();
  EXPECT_EQ(try_next(), try_next());
}

}  // namespace
}  // namespace foldmill::sampler
