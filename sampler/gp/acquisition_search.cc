#include "sampler/gp/acquisition_search.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "sampler/gp/local_search.h"
#include "sampler/sobol.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int64_t kSpreadPoints = 512;
constexpr Index kNearPoints = 64;
constexpr size_t kChanceClimbs = 8;
constexpr double kLargestSpread = 0.2;    // deviation of the points around the best, and
constexpr double kSpreadDecades = 2.5;    // how many powers of ten it goes down from there
constexpr double kJumpProbability = 0.1;  // of a choice, among those points

// How many points a space without continuous dimensions has, if those are few.
std::optional<int64_t> few_points(const ModelSpace& space) {
  int64_t count = 1;
  for (Index d = 0; d < space.dimensions(); ++d) {
    const int64_t values = space.values_of(d);
    if (values == 0 || values > kSpreadPoints / count) return std::nullopt;
    count *= values;
  }
  return count;
}

void add_all_points(const ModelSpace& space, int64_t count, std::vector<VectorXd>& points) {
  for (int64_t number = 0; number < count; ++number) {
    VectorXd point(space.dimensions());
    int64_t rest = number;
    for (Index d = 0; d < space.dimensions(); rest /= space.values_of(d++))
      point[d] = space.coordinate_of(d, rest % space.values_of(d));
    points.push_back(space.settle(point));
  }
}

void add_spread_points(const ModelSpace& space, const Random& random,
                       std::vector<VectorXd>& points) {
  ScrambledSobol sobol(static_cast<size_t>(space.dimensions()), random);
  VectorXd cube(space.dimensions());
  for (int64_t i = 0; i < kSpreadPoints; ++i) {
    sobol.next({cube.data(), static_cast<size_t>(cube.size())});
    points.push_back(space.from_cube(cube));
  }
}

void add_near_points(const ModelSpace& space, const VectorXd& centre, Random& random,
                     std::vector<VectorXd>& points) {
  for (Index i = 0; i < kNearPoints; ++i) {
    VectorXd point = centre;
    const double spread = kLargestSpread * std::pow(10, -kSpreadDecades * random.uniform());
    for (Index d : space.free_dimensions(centre)) {
      if (!space.categorical(d))
        point[d] += spread * random.normal();
      else if (random.uniform() < kJumpProbability)
        point[d] = static_cast<double>(random.below(static_cast<uint64_t>(space.values_of(d))));
    }
    points.push_back(space.settle(point));
  }
}

// Best first.
std::vector<ScoredPoint> scored(const Acquisition& acquisition,
                                const std::vector<VectorXd>& points) {
  MatrixXd columns(points.front().size(), static_cast<Index>(points.size()));
  for (size_t i = 0; i < points.size(); ++i) columns.col(static_cast<Index>(i)) = points[i];
  const VectorXd values = acquisition.values(columns);
  std::vector<ScoredPoint> scored;
  for (size_t i = 0; i < points.size(); ++i)
    scored.push_back({points[i], values[static_cast<Index>(i)]});
  std::stable_sort(scored.begin(), scored.end(),
                   [](const ScoredPoint& a, const ScoredPoint& b) { return a.value > b.value; });
  return scored;
}

// Draws without replacement, each in proportion to its expected improvement; the first is taken
// already.
std::vector<size_t> chance_starts(const std::vector<ScoredPoint>& candidates, Random& random) {
  std::vector<double> weights;
  for (const ScoredPoint& candidate : candidates)
    weights.push_back(std::exp(candidate.value - candidates.front().value));
  weights.front() = 0;
  std::vector<size_t> starts;
  for (size_t draw = 0; draw < kChanceClimbs; ++draw) {
    double total = 0;
    for (double weight : weights) total += weight;
    if (!(total > 0)) break;
    double left = random.uniform() * total;
    size_t chosen = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] <= 0) continue;
      chosen = i;
      left -= weights[i];
      if (left < 0) break;
    }
    weights[chosen] = 0;
    starts.push_back(chosen);
  }
  return starts;
}

}  // namespace

VectorXd largest_acquisition(const Acquisition& acquisition, const ModelSpace& space,
                             const Hyperparameters& hyperparameters, const VectorXd& best,
                             Random random, const std::function<bool(const VectorXd&)>& is_new) {
  const VectorXd centre = space.settle(best);
  std::vector<VectorXd> points{centre};
  if (const std::optional<int64_t> count = few_points(space))
    add_all_points(space, *count, points);
  else
    add_spread_points(space, random, points);
  add_near_points(space, centre, random, points);

  const std::vector<ScoredPoint> candidates = scored(acquisition, points);
  const LocalSearch search(acquisition, space, hyperparameters);
  std::vector<ScoredPoint> tops{search.climb(candidates.front()),
                                search.climb({centre, acquisition.value(centre, nullptr)})};
  for (size_t start : chance_starts(candidates, random))
    tops.push_back(search.climb(candidates[start]));
  std::stable_sort(tops.begin(), tops.end(),
                   [](const ScoredPoint& a, const ScoredPoint& b) { return a.value > b.value; });

  for (const std::vector<ScoredPoint>* list : {&std::as_const(tops), &candidates})
    for (const ScoredPoint& each : *list)
      if (is_new(each.point)) return each.point;
  return tops.front().point;
}

}  // namespace foldmill::sampler::gp
