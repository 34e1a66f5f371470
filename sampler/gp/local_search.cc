#include "sampler/gp/local_search.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sampler/gp/lbfgs.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int kMostRounds = 20;
constexpr int64_t kFewValues = 16;  // up to here all values of a dimension are tried
constexpr double kLeastGain = 1e-9;

}  // namespace

LocalSearch::LocalSearch(const Acquisition& acquisition, const ModelSpace& space,
                         const Hyperparameters& hyperparameters)
    : acquisition_(acquisition),
      space_(space),
      lengths_(hyperparameters.inverse_squared_lengths.rsqrt().min(1.0).matrix()) {}

bool LocalSearch::is_fine_grid(Index dimension) const {
  return !space_.categorical(dimension) && space_.values_of(dimension) > kFewValues;
}

ScoredPoint LocalSearch::climb(ScoredPoint start) const {
  ScoredPoint at = std::move(start);
  for (int round = 0; round < kMostRounds; ++round) {
    climb_numeric(at, round == 0);
    // Once the discrete dimensions stand still there is nothing left for the continuous ones.
    if (!improve_discrete(at)) break;
  }
  return at;
}

bool LocalSearch::accept(ScoredPoint& at, const VectorXd& moved) const {
  const VectorXd settled = space_.settle(moved);
  const double value = acquisition_.value(settled, nullptr);
  if (!(value > at.value + kLeastGain)) return false;
  at = {settled, value};
  return true;
}

void LocalSearch::climb_numeric(ScoredPoint& at, bool relaxed) const {
  std::vector<Index> moving;
  for (Index d : space_.free_dimensions(at.point))
    if (space_.values_of(d) == 0 || (relaxed && is_fine_grid(d))) moving.push_back(d);
  if (moving.empty()) return;

  std::vector<double> start;
  Box box;
  for (Index d : moving) {
    start.push_back(at.point[d] / lengths_[d]);
    box.low.push_back(0);
    box.high.push_back(1 / lengths_[d]);
  }
  VectorXd point = at.point;
  VectorXd gradient;
  const auto place = [&](std::span<const double> x) {
    for (size_t i = 0; i < moving.size(); ++i) point[moving[i]] = x[i] * lengths_[moving[i]];
  };
  const GradientFunction loss = [&](std::span<const double> x, std::span<double> slope) {
    place(x);
    const double value = acquisition_.value(point, &gradient);
    for (size_t i = 0; i < moving.size(); ++i)
      slope[i] = -gradient[moving[i]] * lengths_[moving[i]];
    return -value;
  };
  LbfgsOptions options;
  options.max_iterations = 50;
  options.gradient_tolerance = 1e-3;
  options.value_tolerance = 1e-6;
  place(minimize_in_box(loss, start, box, options).x);
  accept(at, point);
}

bool LocalSearch::improve_discrete(ScoredPoint& at) const {
  bool improved = false;
  for (Index d : space_.free_dimensions(at.point)) {
    if (space_.values_of(d) == 0) continue;
    improved |= is_fine_grid(d) ? try_neighbours(at, d) : try_all_values(at, d);
  }
  return improved;
}

bool LocalSearch::try_value(ScoredPoint& at, Index dimension, int64_t k) const {
  VectorXd moved = at.point;
  moved[dimension] = space_.coordinate_of(dimension, k);
  return accept(at, moved);
}

bool LocalSearch::try_all_values(ScoredPoint& at, Index dimension) const {
  bool improved = false;
  const int64_t here = space_.nearest_value(dimension, at.point[dimension]);
  for (int64_t k = 0; k < space_.values_of(dimension); ++k)
    if (k != here) improved |= try_value(at, dimension, k);
  return improved;
}

// Steps that double for as long as they help, to either side.
bool LocalSearch::try_neighbours(ScoredPoint& at, Index dimension) const {
  bool improved = false;
  for (const int64_t side : {-1, 1})
    for (int64_t step = side;; step *= 2) {
      const int64_t k = space_.nearest_value(dimension, at.point[dimension]) + step;
      if (k < 0 || k >= space_.values_of(dimension) || !try_value(at, dimension, k)) break;
      improved = true;
    }
  return improved;
}

}  // namespace foldmill::sampler::gp
