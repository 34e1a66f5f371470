#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/random.h"
#include "sampler/importance.h"
#include "sampler/point_builder.h"
#include "sampler/random/random_sampler.h"

// Studies of known functions for tests of importances.
namespace foldmill::sampler {

inline SearchParameter real(const char* name, double low = 0, double high = 1, bool log = false) {
  return {name, Distribution::make_float(low, high, log).value(), {}};
}

inline SearchParameter integer(const char* name, int64_t low, int64_t high, bool log = false) {
  return {name, Distribution::make_int(low, high, log).value(), {}};
}

// Choices 0 to count - 1.
inline SearchParameter choice(const char* name, int64_t count) {
  std::vector<ParameterValue> choices;
  for (int64_t i = 0; i < count; ++i) choices.emplace_back(i);
  return {name, Distribution::make_categorical(std::move(choices)).value(), {}};
}

// The parameter, active where `parent` has this value.
inline SearchParameter under(SearchParameter parameter, const char* parent, int64_t value) {
  parameter.when = {{parent, {value}}};
  return parameter;
}

inline SearchSpace space_of(std::vector<SearchParameter> parameters) {
  return SearchSpace::create(std::move(parameters)).value();
}

using ScoreOf = std::function<double(const ParameterSet&)>;

// Uniform draws from the space and what the function says of them.
inline std::vector<ScoredPoint> uniform_points(const SearchSpace& space, size_t count,
                                               const ScoreOf& score, uint64_t seed = 1) {
  Random random(seed);
  std::vector<ScoredPoint> points;
  while (points.size() < count) {
    ParameterSet params = build_point(space, {}, [&](size_t index) {
      return sample_uniform(space.parameters()[index].distribution, random);
    });
    const double value = score(params);
    points.push_back({std::move(params), value});
  }
  return points;
}

inline ImportanceReport report_on(const SearchSpace& space, const std::vector<ScoredPoint>& points,
                                  const ImportanceOptions& options,
                                  Direction direction = Direction::kMinimize) {
  return parameter_importances(space, points, direction, options).value();
}

inline const ParameterImportance& of(const ImportanceReport& report, const std::string& name) {
  for (const ParameterImportance& row : report.parameters)
    if (row.name == name) return row;
  static const ParameterImportance kNone{"", -1, -1, -1};
  return kNone;
}

}  // namespace foldmill::sampler
