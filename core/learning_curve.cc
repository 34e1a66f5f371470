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

int64_t LearningCurve::taken_epoch(Take take, Direction direction) const {
  if (take == Take::kLast) return last_epoch();
  int64_t taken = last_epoch();
  for (int64_t epoch = last_epoch(); epoch >= 1; --epoch)
    if (!std::isnan(*at(epoch)) &&
        (std::isnan(*at(taken)) || !better(*at(taken), *at(epoch), direction)))
      taken = epoch;
  return taken;
}

double LearningCurve::take(Take take, Direction direction) const {
  return at(taken_epoch(take, direction)).value_or(kNan);
}

}  // namespace foldmill
