#include "sampler/race_standings.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/fold_statistics.h"

namespace foldmill::sampler {
namespace {

bool finite(double value) { return std::isfinite(value); }

}  // namespace

RaceStandings::RaceStandings(int folds, Direction direction)
    : direction_(direction),
      effects_(static_cast<size_t>(folds)),
      squares_(static_cast<size_t>(folds)) {}

void RaceStandings::add(TrialNumber trial, std::span<const double> values) {
  if (values.size() != effects_.size() || !std::all_of(values.begin(), values.end(), finite))
    return;
  const double own = mean_of(values);
  const bool leads = trials_ == 0 || better(own, best_mean_, direction_) ||
                     (own == best_mean_ && trial < best_trial_);
  if (leads) {
    best_mean_ = own;
    best_trial_ = trial;
  }
  ++trials_;
  for (size_t fold = 0; fold < values.size(); ++fold) {
    const double deviation = values[fold] - own;
    const double step = deviation - effects_[fold];
    effects_[fold] += step / static_cast<double>(trials_);
    squares_[fold] += step * (deviation - effects_[fold]);
  }
}

std::optional<double> RaceStandings::best_mean() const {
  return trials_ > 0 ? std::optional(best_mean_) : std::nullopt;
}

double RaceStandings::residual_sum() const {
  return std::accumulate(squares_.begin(), squares_.end(), 0.0);
}

std::optional<RaceStandings::Partial> RaceStandings::appraise(
    std::span<const double> values) const {
  if (trials_ == 0 || values.size() != effects_.size()) return std::nullopt;
  std::vector<double> adjusted;
  for (size_t fold = 0; fold < values.size(); ++fold) {
    if (std::isinf(values[fold])) return std::nullopt;
    if (!std::isnan(values[fold])) adjusted.push_back(values[fold] - effects_[fold]);
  }
  if (adjusted.empty()) return std::nullopt;
  Partial partial{.folds = static_cast<int64_t>(adjusted.size()),
                  .expected_mean = mean_of(adjusted)};
  partial.residual_sum = squares_around(adjusted, partial.expected_mean);
  // The own values scatter around estimated fold effects, by 1 + 1/T of the noise.
  const double known = static_cast<double>(trials_);
  partial.freedom = (trials_ - 1) * (folds() - 1) + partial.folds - 1;
  partial.variance = (residual_sum() + partial.residual_sum * known / (known + 1)) /
                     static_cast<double>(partial.freedom);
  return partial;
}

}  // namespace foldmill::sampler
