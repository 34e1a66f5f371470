#include "sampler/point_key.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foldmill::sampler {

PointKey key_of(const SearchSpace& space, const ParameterSet& point) {
  PointKey key;
  key.reserve(space.size());
  for (const SearchParameter& parameter : space.parameters()) {
    const ParameterValue* value = point.find(parameter.name);
    const std::optional<double> internal =
        value ? parameter.distribution.to_internal(*value) : std::nullopt;
    key.push_back(internal.value_or(std::numeric_limits<double>::infinity()));
  }
  return key;
}

std::optional<ParameterSet> point_of(const SearchSpace& space, const Observation& trial) {
  if (trial.internal.size() != space.size()) return std::nullopt;
  ParameterSet point;
  for (size_t index = 0; index < space.size(); ++index) {
    const double internal = trial.internal[index];
    if (std::isnan(internal)) continue;
    const SearchParameter& parameter = space.parameters()[index];
    const Distribution& distribution = parameter.distribution;
    ParameterValue value = distribution.from_internal(internal);
    if (distribution.as_categorical() ? distribution.to_internal(value) != internal
                                      : !distribution.contains(internal))
      return std::nullopt;
    point.set(parameter.name, std::move(value));
  }
  if (!space.validate(point).ok()) return std::nullopt;
  return point;
}

bool was_tried(const History& history, const PointKey& key) {
  constexpr double kRounding = 1e-9;
  const auto same = [](double member, double internal) {
    return std::isinf(member)
               ? std::isnan(internal)
               : std::abs(member - internal) <= kRounding * std::max(1.0, std::abs(member));
  };
  const auto& trials = history.entries();
  return std::any_of(trials.begin(), trials.end(), [&](const History::Entry& trial) {
    return std::equal(key.begin(), key.end(), trial->internal.begin(), trial->internal.end(), same);
  });
}

std::set<PointKey> taken_points(const SearchSpace& space, const History& history) {
  std::set<PointKey> taken;
  for (const History::Entry& trial : history.entries())
    if (const auto point = point_of(space, *trial)) taken.insert(key_of(space, *point));
  return taken;
}

}  // namespace foldmill::sampler
