#include "sampler/nsga2/variation.h"

#include <algorithm>
#include <cmath>

#include "sampler/random/random_sampler.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler {
namespace {

// The greater, the nearer children are to their parents. As in the papers, but for budgets of some
// hundred trials instead of ten thousands, which leave no time for small steps.
constexpr double kCrossoverIndex = 2;
constexpr double kMutationIndex = 10;

// A draw of the spread factor: children lie at their parents' distance times that.
double spread_factor(double u) {
  const double power = 1 / (kCrossoverIndex + 1);
  return u <= 0.5 ? std::pow(2 * u, power) : std::pow(1 / (2 * (1 - u)), power);
}

// A step of polynomial mutation from `place` in the unit interval, which it does not leave.
double mutation_step(double place, double u) {
  const double power = kMutationIndex + 1;
  if (u < 0.5) return std::pow(2 * u + (1 - 2 * u) * std::pow(1 - place, power), 1 / power) - 1;
  return 1 - std::pow(2 * (1 - u) + (2 * u - 1) * std::pow(place, power), 1 / power);
}

}  // namespace

double cross(const Distribution& distribution, double first, double second, Random& random) {
  if (first == second) return first;  // to the last digit, whatever the scale
  const auto transform = UnitTransform::of(distribution);
  if (!transform) return random.below(2) == 0 ? first : second;
  const double a = transform->to_scale(first);
  const double b = transform->to_scale(second);
  const double half = spread_factor(random.uniform()) * (b - a) / 2;
  const double child = (a + b) / 2 + (random.below(2) == 0 ? -half : half);
  return transform->from_scale(std::clamp(child, transform->low(), transform->high()));
}

double mutate(const Distribution& distribution, double value, Random& random) {
  const auto transform = UnitTransform::of(distribution);
  if (!transform || !(transform->width() > 0)) return sample_uniform(distribution, random);
  const double place = (transform->to_scale(value) - transform->low()) / transform->width();
  const double moved =
      transform->from_unit(std::clamp(place + mutation_step(place, random.uniform()), 0.0, 1.0));
  return moved == value ? sample_uniform(distribution, random) : moved;
}

}  // namespace foldmill::sampler
