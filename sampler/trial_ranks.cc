#include "sampler/trial_ranks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foldmill::sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double without_nan(double loss) { return std::isnan(loss) ? kInfinity : loss; }

}  // namespace

ValueRank value_rank(const Observation& trial, Direction direction) {
  const bool whole = trial.is_valued();
  return {trial.violation, !whole, whole ? 0 : -trial.last_epoch,
          without_nan(direction == Direction::kMinimize ? trial.value : -trial.value),
          trial.number};
}

std::vector<Losses> losses_of(std::span<const Observation* const> trials, Direction direction) {
  size_t objectives = 1;
  for (const Observation* trial : trials)
    objectives = std::max(objectives, 1 + trial->more_losses.size());
  std::vector<Losses> all;
  all.reserve(trials.size());
  for (const Observation* trial : trials) {
    Losses losses(objectives, kInfinity);
    losses[0] = without_nan(direction == Direction::kMinimize ? trial->value : -trial->value);
    std::transform(trial->more_losses.begin(), trial->more_losses.end(), losses.begin() + 1,
                   without_nan);
    all.push_back(std::move(losses));
  }
  return all;
}

std::vector<size_t> trial_ranks(std::span<const Observation* const> trials,
                                std::span<const Losses> losses) {
  std::vector<size_t> feasible;
  std::vector<Losses> feasible_losses;
  std::vector<double> violations;
  for (size_t i = 0; i < trials.size(); ++i) {
    if (trials[i]->violation > 0) {
      violations.push_back(trials[i]->violation);
    } else {
      feasible.push_back(i);
      feasible_losses.push_back(losses[i]);
    }
  }
  std::sort(violations.begin(), violations.end());

  std::vector<size_t> ranks(trials.size());
  const std::vector<size_t> fronts = domination_ranks(feasible_losses);
  for (size_t i = 0; i < feasible.size(); ++i) ranks[feasible[i]] = fronts[i];
  const size_t behind = fronts.empty() ? 0 : 1 + *std::max_element(fronts.begin(), fronts.end());
  for (size_t i = 0; i < trials.size(); ++i) {
    if (!(trials[i]->violation > 0)) continue;
    const auto place = std::lower_bound(violations.begin(), violations.end(), trials[i]->violation);
    ranks[i] = behind + static_cast<size_t>(place - violations.begin());
  }
  return ranks;
}

}  // namespace foldmill::sampler
