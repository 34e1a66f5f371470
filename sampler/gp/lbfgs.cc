#include "sampler/gp/lbfgs.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>

#include "core/check.h"

namespace foldmill::sampler::gp {
namespace {

using Eigen::Index;
using Vector = Eigen::VectorXd;

constexpr double kSufficientDecrease = 1e-4;
constexpr double kLeastCurvature = 1e-10;  // cosine between a step and its gradient change
constexpr int kMostBacktracks = 20;

struct Iterate {
  Vector x;
  Vector gradient;
  double value = 0;
};

struct Change {
  Vector step;
  Vector gradient;
};

Vector to_vector(std::span<const double> values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Index>(values.size()));
}

class Minimizer {
 public:
  Minimizer(const GradientFunction& function, const Box& box, const LbfgsOptions& options)
      : function_(function),
        options_(options),
        low_(to_vector(box.low)),
        high_(to_vector(box.high)) {}

  LbfgsResult run(std::span<const double> start) {
    Iterate at = evaluate(project(to_vector(start)));
    int iterations = 0;
    while (std::isfinite(at.value) && iterations < options_.max_iterations && !stationary(at)) {
      std::optional<Iterate> next = advance(at);
      if (!next) break;
      ++iterations;
      const double decrease = at.value - next->value;
      remember(at, *next);
      at = std::move(*next);
      if (decrease <= options_.value_tolerance * std::max(1.0, std::abs(at.value))) break;
    }
    return {{at.x.begin(), at.x.end()}, at.value, iterations, evaluations_};
  }

 private:
  Vector project(const Vector& x) const { return x.cwiseMax(low_).cwiseMin(high_); }

  Iterate evaluate(Vector x) {
    ++evaluations_;
    Iterate at{std::move(x), Vector::Zero(low_.size()), 0};
    at.value = function_({at.x.data(), static_cast<size_t>(at.x.size())},
                         {at.gradient.data(), static_cast<size_t>(at.gradient.size())});
    return at;
  }

  bool stationary(const Iterate& at) const {
    return (at.x - project(at.x - at.gradient)).lpNorm<Eigen::Infinity>() <=
           options_.gradient_tolerance;
  }

  // The gradient, 0 for variables that a bound holds.
  Vector free_part(const Iterate& at) const {
    Vector free = at.gradient;
    for (Index i = 0; i < free.size(); ++i)
      if ((at.x[i] <= low_[i] && free[i] > 0) || (at.x[i] >= high_[i] && free[i] < 0)) free[i] = 0;
    return free;
  }

  // The two-loop recursion within the subspace of free variables.
  Vector quasi_newton(const Vector& free_gradient) const {
    const Vector free = (free_gradient.array() != 0).cast<double>();
    Vector direction = -free_gradient;
    std::vector<std::pair<double, const Change*>> used;  // weights, newest first
    double scale = 0;
    for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
      const Vector step = change->step.cwiseProduct(free);
      const Vector difference = change->gradient.cwiseProduct(free);
      const double curvature = step.dot(difference);
      if (!(curvature > kLeastCurvature * step.norm() * difference.norm())) continue;
      if (scale == 0) scale = curvature / difference.squaredNorm();
      const double weight = step.dot(direction) / curvature;
      direction -= weight * difference;
      used.emplace_back(weight, &*change);
    }
    if (used.empty()) return direction / std::max(1.0, direction.norm());
    direction *= scale;
    for (auto entry = used.rbegin(); entry != used.rend(); ++entry) {
      const Vector step = entry->second->step.cwiseProduct(free);
      const Vector difference = entry->second->gradient.cwiseProduct(free);
      direction += (entry->first - difference.dot(direction) / step.dot(difference)) * step;
    }
    return direction;
  }

  // Nothing when no step along the quasi-Newton direction, nor downhill, makes progress.
  std::optional<Iterate> advance(const Iterate& at) {
    const Vector free = free_part(at);
    const Vector direction = quasi_newton(free);
    if (direction.dot(free) < 0)
      if (std::optional<Iterate> next = search_along(at, direction)) return next;
    changes_.clear();
    return search_along(at, -free / std::max(1.0, free.norm()));
  }

  std::optional<Iterate> search_along(const Iterate& at, const Vector& direction) {
    double length = 1;
    for (int attempt = 0; attempt < kMostBacktracks; ++attempt) {
      Iterate next = evaluate(project(at.x + length * direction));
      const double predicted = at.gradient.dot(next.x - at.x);
      if (predicted < 0 && next.value <= at.value + kSufficientDecrease * predicted &&
          next.gradient.allFinite())
        return next;
      // The minimum of the parabola through both values and the slope at the start.
      const double rise = next.value - at.value - predicted;
      const double shrink = -predicted / (2 * rise);
      length *= std::isfinite(shrink) ? std::clamp(shrink, 0.1, 0.5) : 0.1;
    }
    return std::nullopt;
  }

  void remember(const Iterate& from, const Iterate& to) {
    changes_.push_back({to.x - from.x, to.gradient - from.gradient});
    if (changes_.size() > options_.memory) changes_.pop_front();
  }

  const GradientFunction& function_;
  const LbfgsOptions& options_;
  const Vector low_, high_;
  std::deque<Change> changes_;  // oldest first
  int evaluations_ = 0;
};

}  // namespace

LbfgsResult minimize_in_box(const GradientFunction& function, std::span<const double> start,
                            const Box& box, const LbfgsOptions& options) {
  FOLDMILL_CHECK(box.low.size() == start.size() && box.high.size() == start.size(),
                 "a box needs two ends for each variable");
  return Minimizer(function, box, options).run(start);
}

}  // namespace foldmill::sampler::gp
