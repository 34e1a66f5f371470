#include "tests/unit/core/random_space.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace foldmill::testing {
namespace {

int64_t integer(Random& random, int64_t low, int64_t high) {
  return low + static_cast<int64_t>(random.below(static_cast<uint64_t>(high - low + 1)));
}

bool coin(Random& random) { return random.below(2) == 0; }

Distribution random_float(Random& random) {
  if (coin(random)) {
    const double low = std::pow(10, random.uniform(-8, 2));
    return *Distribution::make_float(low, low * std::pow(10, random.uniform(0, 4)), true);
  }
  const double low = random.uniform(-100, 100);
  const double high = coin(random) ? low : low + random.uniform(0, 50);
  const double step = std::pow(10, random.uniform(-3, 1));
  return *Distribution::make_float(low, high, false,
                                   coin(random) ? std::optional(step) : std::nullopt);
}

Distribution random_int(Random& random) {
  if (coin(random)) {
    const int64_t low = integer(random, 1, 100);
    return *Distribution::make_int(low, integer(random, low, 2000), true);
  }
  const int64_t low = integer(random, -100, 100);
  return *Distribution::make_int(low, integer(random, low, low + 60), false, integer(random, 1, 9));
}

Distribution random_choice(Random& random) {
  const std::vector<ParameterValue> all = {
      std::string("adam"), std::string("sgd"), int64_t{1}, 2.5, true, false};
  const auto count = static_cast<std::ptrdiff_t>(integer(random, 1, int64_t(all.size())));
  return *Distribution::make_categorical({all.begin(), all.begin() + count});
}

ParameterValue random_value(const Distribution& distribution, Random& random) {
  if (const auto size = distribution.cardinality())
    return grid_point(distribution, integer(random, 0, *size - 1));
  const FloatDistribution& range = *distribution.as_float();
  return distribution.from_internal(random.uniform(range.low, range.high));
}

Condition random_condition(const SearchParameter& parent, Random& random) {
  return {parent.name,
          {random_value(parent.distribution, random), random_value(parent.distribution, random)}};
}

}  // namespace

Distribution random_distribution(Random& random) {
  switch (random.below(3)) {
    case 0:
      return random_float(random);
    case 1:
      return random_int(random);
    default:
      return random_choice(random);
  }
}

ParameterValue grid_point(const Distribution& distribution, int64_t k) {
  const auto at = static_cast<double>(k);
  if (const auto* integers = distribution.as_int())
    return distribution.from_internal(static_cast<double>(integers->low + k * integers->step));
  if (const auto* reals = distribution.as_float())
    return distribution.from_internal(reals->low + at * reals->step.value_or(0));
  return distribution.from_internal(at);
}

SearchSpace random_space(Random& random, int most) {
  std::vector<SearchParameter> parameters;
  const int64_t count = integer(random, 1, most);
  for (int64_t i = 0; i < count; ++i) {
    SearchParameter parameter{concat("p", i), random_distribution(random), {}};
    if (i > 0 && coin(random))
      parameter.when.push_back(
          random_condition(parameters[static_cast<size_t>(random.below(uint64_t(i)))], random));
    parameters.push_back(std::move(parameter));
  }
  random.shuffle(std::span(parameters));
  return *SearchSpace::create(std::move(parameters));
}

ParameterSet random_point(const SearchSpace& space, Random& random) {
  ParameterSet point;
  for (size_t index : space.sampling_order()) {
    const SearchParameter& parameter = space.parameters()[index];
    if (space.is_active(index, point))
      point.set(parameter.name, random_value(parameter.distribution, random));
  }
  return point;
}

}  // namespace foldmill::testing
