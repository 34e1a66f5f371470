#include "coordinator/simulation/unit_point.h"

#include <cmath>
#include <limits>

#include "sampler/unit_transform.h"

namespace foldmill::simulation {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double coordinate(const Distribution& distribution, const ParameterValue* value) {
  const std::optional<double> internal =
      value ? distribution.to_internal(*value) : std::optional<double>();
  if (!internal) return kNone;
  const auto transform = sampler::UnitTransform::of(distribution);
  if (!transform) return *internal;
  if (!(transform->width() > 0)) return 0.5;
  return (transform->to_scale(*internal) - transform->low()) / transform->width();
}

double squared_difference(const Distribution& distribution, double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b) ? 0 : 1;
  if (distribution.as_categorical()) return a == b ? 0 : 1;
  return (a - b) * (a - b);
}

}  // namespace

std::vector<double> unit_point(const SearchSpace& space, const ParameterSet& params) {
  std::vector<double> point;
  point.reserve(space.size());
  for (const SearchParameter& parameter : space.parameters())
    point.push_back(coordinate(parameter.distribution, params.find(parameter.name)));
  return point;
}

double squared_distance(const SearchSpace& space, const std::vector<double>& a,
                        const std::vector<double>& b) {
  double sum = 0;
  for (size_t i = 0; i < space.size(); ++i)
    sum += squared_difference(space.parameters()[i].distribution, a[i], b[i]);
  return sum;
}

}  // namespace foldmill::simulation
