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

bool by_number(const Observation* a, const Observation* b) { return a->number < b->number; }

}  // namespace

size_t below_count(size_t finished) { return std::min((finished + 9) / 10, kMostBelow); }

TrialSplit split_trials(const History& history, Direction direction, bool running_above) {
  TrialSplit split;
  std::vector<std::pair<Rank, const Observation*>> ranked;
  ranked.reserve(history.size());
  for (const History::Entry& trial : history.entries()) {
    if (trial->state == TrialState::kCompleted || trial->state == TrialState::kPruned)
      ranked.emplace_back(rank_of(*trial, direction), trial.get());
    else if (running_above && trial->state == TrialState::kRunning)
      split.above.push_back(trial.get());
  }
  split.finished = ranked.size();

  const auto boundary = ranked.begin() + static_cast<std::ptrdiff_t>(below_count(split.finished));
  std::nth_element(ranked.begin(), boundary, ranked.end());
  for (auto it = ranked.begin(); it != ranked.end(); ++it)
    (it < boundary ? split.below : split.above).push_back(it->second);
  std::sort(split.below.begin(), split.below.end(), by_number);
  std::sort(split.above.begin(), split.above.end(), by_number);
  return split;
}

}  // namespace foldmill::sampler
