// What every sampler promises, whatever its method.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/random.h"
#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"
#include "sampler/sampler.h"
#include "tests/support/sampler_studies.h"

namespace foldmill::sampler {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct NamedSpec {
  std::string name;
  SamplerSpec spec;
};

std::vector<NamedSpec> samplers() {
  const auto of_type = [](const char* type) {
    SamplerSpec spec;
    spec.type = type;
    return spec;
  };
  SamplerSpec univariate = of_type("tpe"), eager = of_type("tpe");
  univariate.multivariate = false;
  univariate.constant_liar = false;
  eager.startup_trials = 0;
  eager.candidates = 1;
  eager.prior_weight = 0.1;
  SamplerSpec halton = of_type("qmc"), small_cmaes = of_type("cmaes");
  halton.sequence = "halton";
  small_cmaes.population = 4;
  SamplerSpec small_nsga2 = of_type("nsga2");
  small_nsga2.population = 4;
  SamplerSpec grouped = of_type("tpe");
  grouped.group = true;
  return {
      {"random", of_type("random")}, {"tpe", of_type("tpe")},      {"tpe_univariate", univariate},
      {"tpe_eager", eager},          {"tpe_group", grouped},       {"gp", of_type("gp")},
      {"grid", of_type("grid")},     {"qmc", of_type("qmc")},      {"qmc_halton", halton},
      {"cmaes", of_type("cmaes")},   {"cmaes_small", small_cmaes}, {"nsga2", of_type("nsga2")},
      {"nsga2_small", small_nsga2},  {"auto", of_type("auto")}};
}

ParameterValue word(const char* text) { return std::string(text); }

// All kinds of parameters, two levels of conditions.
SearchSpace rich_space() {
  return SearchSpace::create(
             {{"lr", Distribution::make_float(1e-5, 1e-1, true).value(), {}},
              {"opt", Distribution::make_categorical({word("adam"), word("sgd")}).value(), {}},
              {"momentum", Distribution::make_float(0, 1).value(), {{"opt", {word("sgd")}}}},
              {"nesterov",
               Distribution::make_categorical({true, false}).value(),
               {{"opt", {word("sgd")}}}},
              {"damping",
               Distribution::make_float(0, 1, false, 0.1).value(),
               {{"nesterov", {false}}}},
              {"width", Distribution::make_int(8, 64, false, 8).value(), {}},
              {"latent", Distribution::make_int(1, 1000, true).value(), {}},
              {"single", Distribution::make_int(3, 3).value(), {}}})
      .value();
}

SearchSpace flat_space() {
  return SearchSpace::create({{"x", Distribution::make_float(-1e6, 1e6).value(), {}},
                              {"y", Distribution::make_int(0, 3).value(), {}}})
      .value();
}

// Every numeric parameter stands behind a condition.
SearchSpace hidden_numbers() {
  return SearchSpace::create(
             {{"kind",
               Distribution::make_categorical({word("a"), word("b"), word("c")}).value(),
               {}},
              {"a", Distribution::make_float(0, 1).value(), {{"kind", {word("a")}}}},
              {"b", Distribution::make_int(1, 9).value(), {{"kind", {word("b")}}}}})
      .value();
}

// Values as bad as they come: NaN, infinities, ties, huge numbers.
double random_value(Random& random) {
  switch (random.below(8)) {
    case 0:
      return kNan;
    case 1:
      return kInfinity;
    case 2:
      return -kInfinity;
    case 3:
      return 1;
    case 4:
      return random.uniform(-1e300, 1e300);
    default:
      return random.normal();
  }
}

std::vector<History::Entry> random_entries(const SearchSpace& space, int64_t count,
                                           Random& random) {
  constexpr TrialState kStates[] = {TrialState::kCompleted, TrialState::kCompleted,
                                    TrialState::kPruned, TrialState::kFailed, TrialState::kRunning};
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < count; ++number) {
    const ParameterSet point = build_point(space, {}, [&](size_t index) {
      return sample_uniform(space.parameters()[index].distribution, random);
    });
    std::vector<double> internal = internal_values(space, point);
    // Left over from wider ranges, or from a space with other parameters.
    if (random.below(10) == 0) internal[random.below(internal.size())] = random_value(random);
    if (random.below(20) == 0) internal.pop_back();
    entries.push_back(observation(number, kStates[random.below(5)], std::move(internal),
                                  random_value(random), static_cast<int64_t>(random.below(5))));
  }
  return entries;
}

// The same with two more objectives, of which some trials lack one, and with constraints.
std::vector<History::Entry> random_fronts(const SearchSpace& space, int64_t count, Random& random) {
  std::vector<History::Entry> entries = random_entries(space, count, random);
  for (History::Entry& entry : entries) {
    Observation trial = *entry;
    if (trial.state == TrialState::kCompleted)
      trial.more_losses.assign(1 + random.below(2), random_value(random));
    if (trial.state != TrialState::kRunning)
      trial.violation = random.below(2) == 0 ? 0 : std::abs(random.normal());
    if (random.below(20) == 0) trial.violation = kInfinity;
    entry = std::make_shared<const Observation>(std::move(trial));
  }
  return entries;
}

std::vector<History::Entry> rebuilt(const std::vector<History::Entry>& entries) {
  std::vector<History::Entry> copies;
  for (const History::Entry& entry : entries)
    copies.push_back(std::make_shared<const Observation>(*entry));
  return copies;
}

class SamplerContract : public testing::TestWithParam<NamedSpec> {
 protected:
  ParameterSet suggest(const std::vector<History::Entry>& entries, const SearchSpace& space,
                       int64_t number, const ParameterSet& fixed = {}, uint64_t seed = 1,
                       Direction direction = Direction::kMinimize) const {
    const Result<ParameterSet> point =
        sampler_->suggest(History(entries), space, direction, seed, TrialNumber(number), fixed);
    EXPECT_TRUE(point.ok()) << point.status().message();
    return point.ok() ? *point : ParameterSet();
  }

  std::unique_ptr<Sampler> sampler_ = make_sampler(GetParam().spec).value();
};

TEST_P(SamplerContract, EveryAnswerIsAPointOfTheSpace) {
  Random random(11);
  for (const SearchSpace& space : {rich_space(), flat_space(), hidden_numbers()})
    for (int64_t count : {0, 1, 2, 9, 10, 11, 25, 40, 120}) {
      const std::vector<History::Entry> entries = random_entries(space, count, random);
      for (Direction direction : {Direction::kMinimize, Direction::kMaximize})
        for (int64_t number = count; number < count + 3; ++number) {
          const ParameterSet point = suggest(entries, space, number, {}, 5, direction);
          EXPECT_EQ(space.validate(point), ok_status()) << "history of " << count;
        }
    }
}

TEST_P(SamplerContract, SeveralObjectivesAndConstraintsAreNoProblem) {
  Random random(18);
  for (const SearchSpace& space : {rich_space(), flat_space(), hidden_numbers()})
    for (int64_t count : {1, 12, 45, 120}) {
      std::vector<History::Entry> entries = random_fronts(space, count, random);
      const ParameterSet point = suggest(entries, space, count);
      EXPECT_EQ(space.validate(point), ok_status()) << "history of " << count;
      random.shuffle(std::span(entries));
      EXPECT_EQ(suggest(entries, space, count), point);
    }
}

TEST_P(SamplerContract, AsksNothingButItsArguments) {
  Random random(12);
  const SearchSpace space = rich_space();
  const std::vector<History::Entry> entries = random_entries(space, 60, random);
  const ParameterSet first = suggest(entries, space, 60);
  suggest(entries, space, 61);
  EXPECT_EQ(suggest(entries, space, 60), first);
  EXPECT_EQ(suggest(rebuilt(entries), space, 60), first);
  const auto other = make_sampler(GetParam().spec).value();
  EXPECT_EQ(
      other->suggest(History(entries), space, Direction::kMinimize, 1, TrialNumber(60), {}).value(),
      first);
}

TEST_P(SamplerContract, TheOrderOfTheHistoryIsIrrelevant) {
  Random random(13);
  const SearchSpace space = rich_space();
  std::vector<History::Entry> entries = random_entries(space, 60, random);
  const ParameterSet first = suggest(entries, space, 60);
  random.shuffle(std::span(entries));
  EXPECT_EQ(suggest(entries, space, 60), first);
}

TEST_P(SamplerContract, SeedAndNumberMatter) {
  Random random(14);
  const SearchSpace space = rich_space();
  const std::vector<History::Entry> entries = random_entries(space, 60, random);
  const ParameterSet first = suggest(entries, space, 60);
  EXPECT_NE(suggest(entries, space, 61), first);
  EXPECT_NE(suggest(entries, space, 60, {}, 2), first);
}

TEST_P(SamplerContract, FixedValuesAreKeptAndTheRestIsFilledIn) {
  Random random(15);
  const SearchSpace space = rich_space();
  const ParameterSet fixed{{"opt", word("sgd")}, {"nesterov", false}, {"width", int64_t{24}}};
  for (int64_t count : {0, 30}) {
    const ParameterSet point = suggest(random_entries(space, count, random), space, count, fixed);
    EXPECT_EQ(space.validate(point), ok_status());
    EXPECT_EQ(point.get_string("opt"), "sgd");
    EXPECT_EQ(point.get_bool("nesterov"), false);
    EXPECT_EQ(point.get_int("width"), 24);
    EXPECT_TRUE(point.contains("damping"));
  }
}

TEST_P(SamplerContract, AllFixedIsTheFixedPoint) {
  Random random(16);
  const SearchSpace space = flat_space();
  const ParameterSet fixed{{"x", 12.5}, {"y", int64_t{2}}};
  EXPECT_EQ(suggest(random_entries(space, 30, random), space, 30, fixed), fixed);
}

TEST_P(SamplerContract, InactiveParametersAreAbsent) {
  Random random(17);
  const SearchSpace space = rich_space();
  const ParameterSet fixed{{"opt", word("adam")}};
  const ParameterSet point = suggest(random_entries(space, 40, random), space, 40, fixed);
  for (const char* name : {"momentum", "nesterov", "damping"}) EXPECT_FALSE(point.contains(name));
}

TEST_P(SamplerContract, EqualObservationsAreNoProblem) {
  const SearchSpace space = flat_space();
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 50; ++number)
    entries.push_back(observation(number, TrialState::kCompleted, {1e6, 3}, 1));
  EXPECT_EQ(space.validate(suggest(entries, space, 50)), ok_status());
}

TEST_P(SamplerContract, TheEmptySpaceHasTheEmptyPoint) {
  std::vector<History::Entry> entries;
  for (int64_t number = 0; number < 20; ++number)
    entries.push_back(observation(number, TrialState::kCompleted, {}, 1));
  // Its one point has been tried.
  const Result<ParameterSet> point = sampler_->suggest(
      History(entries), SearchSpace(), Direction::kMinimize, 1, TrialNumber(20), {});
  EXPECT_TRUE(GetParam().spec.type == "grid" ? point.status().code() == StatusCode::kOutOfRange
                                             : point.ok() && point->empty());
}

INSTANTIATE_TEST_SUITE_P(AllSamplers, SamplerContract, testing::ValuesIn(samplers()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace foldmill::sampler
