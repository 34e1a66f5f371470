#include "core/learning_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foldmill {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::optional<double> LearningCurve::at(int64_t epoch) const {
  if (epoch < 1 || epoch > last_epoch()) return std::nullopt;
  return values_[static_cast<size_t>(epoch - 1)];
}

void LearningCurve::truncate(int64_t epoch) {
  values_.resize(static_cast<size_t>(std::clamp<int64_t>(epoch, 0, last_epoch())));
}

double LearningCurve::best(Direction direction) const {
  double best = kNan;
  for (double value : values_)
    if (std::isnan(best) || better(value, best, direction)) best = value;
  return best;
}

double LearningCurve::take(Take take, Direction direction) const {
  if (values_.empty()) return kNan;
  return take == Take::kLast ? values_.back() : best(direction);
}

}  // namespace foldmill
