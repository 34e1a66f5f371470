#include "sampler/tpe/trial_split.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace foldmill::sampler {
namespace {

constexpr size_t kMostBelow = 25;

// Smaller is better: completed before pruned, further before less far, better before worse value.
using Rank = std::tuple<bool, int64_t, double, TrialNumber>;

Rank rank_of(const Observation& trial, Direction direction) {
  double loss = direction == Direction::kMinimize ? trial.value : -trial.value;
  if (std::isnan(loss)) loss = std::numeric_limits<double>::infinity();
  const bool pruned = trial.state == TrialState::kPruned;
  return {pruned, pruned ? -trial.last_epoch : 0, loss, trial.number};
}

// Histories come by number, so that there is little to do, if anything.
void sort_by_number(std::vector<const Observation*>& trials) {
  const auto by_number = [](const Observation* a, const Observation* b) {
    return a->number < b->number;
  };
  if (!std::is_sorted(trials.begin(), trials.end(), by_number))
    std::sort(trials.begin(), trials.end(), by_number);
}

}  // namespace

size_t below_count(size_t finished) { return std::min((finished + 9) / 10, kMostBelow); }

TrialSplit split_trials(const History& history, Direction direction, bool running_above) {
  TrialSplit split;
  std::vector<Rank> ranks;
  std::vector<const Observation*> finished, running;
  ranks.reserve(history.size());
  finished.reserve(history.size());
  for (const History::Entry& trial : history.entries()) {
    if (trial->state == TrialState::kCompleted || trial->state == TrialState::kPruned) {
      ranks.push_back(rank_of(*trial, direction));
      finished.push_back(trial.get());
    } else if (running_above && trial->state == TrialState::kRunning) {
      running.push_back(trial.get());
    }
  }
  split.finished = finished.size();

  // Ranks differ at least by number, so the worst good one tells all good ones from the rest.
  std::vector<Rank> good(below_count(split.finished));
  std::partial_sort_copy(ranks.begin(), ranks.end(), good.begin(), good.end());
  for (size_t i = 0; i < finished.size(); ++i)
    (ranks[i] <= good.back() ? split.below : split.above).push_back(finished[i]);
  split.above.insert(split.above.end(), running.begin(), running.end());
  sort_by_number(split.below);
  sort_by_number(split.above);
  return split;
}

}  // namespace foldmill::sampler
