#include "sampler/tpe/trial_split.h"

#include <algorithm>
#include <limits>
#include <map>

#include "sampler/tpe/hypervolume_subset.h"
#include "sampler/trial_ranks.h"

namespace foldmill::sampler {
namespace {

constexpr size_t kMostBelow = 25;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLeastWeight = 1e-12;

using Trials = std::vector<const Observation*>;

// Histories come by number, so that there is little to do, if anything.
void sort_by_number(Trials& trials) {
  const auto by_number = [](const Observation* a, const Observation* b) {
    return a->number < b->number;
  };
  if (!std::is_sorted(trials.begin(), trials.end(), by_number))
    std::sort(trials.begin(), trials.end(), by_number);
}

// Ranks differ at least by number, so the worst good one tells all good ones from the rest.
std::vector<bool> good_by_value(const Trials& finished, Direction direction) {
  std::vector<ValueRank> ranks;
  ranks.reserve(finished.size());
  for (const Observation* trial : finished) ranks.push_back(value_rank(*trial, direction));
  std::vector<ValueRank> best(below_count(finished.size()));
  std::partial_sort_copy(ranks.begin(), ranks.end(), best.begin(), best.end());
  std::vector<bool> good(finished.size());
  for (size_t i = 0; i < finished.size(); ++i) good[i] = ranks[i] <= best.back();
  return good;
}

// The trials of one front, or equally far from feasible; at most `room` of them.
std::vector<size_t> take_from(const std::vector<size_t>& rank, const std::vector<Losses>& losses,
                              size_t room) {
  if (rank.size() <= room) return rank;
  std::vector<Losses> points;
  for (const size_t index : rank) points.push_back(losses[index]);
  std::vector<size_t> taken;
  for (const size_t place : hypervolume_subset(points, room)) taken.push_back(rank[place]);
  return taken;
}

std::vector<bool> good_by_front(const Trials& finished, Direction direction) {
  const std::vector<Losses> losses = losses_of(finished, direction);
  const std::vector<size_t> ranks = trial_ranks(finished, losses);
  std::map<size_t, std::vector<size_t>> by_rank;
  for (size_t i = 0; i < finished.size(); ++i) by_rank[ranks[i]].push_back(i);
  std::vector<bool> good(finished.size());
  size_t room = below_count(finished.size(), true);
  for (const auto& [rank, members] : by_rank) {
    if (room == 0) break;
    const std::vector<size_t> taken = take_from(members, losses, room);
    for (const size_t index : taken) good[index] = true;
    room -= taken.size();
  }
  return good;
}

// Of good trials, in their order. Those that do not hold the constraints dominate nothing.
std::vector<double> weights_by_volume(const Trials& below, Direction direction) {
  std::vector<Losses> losses = losses_of(below, direction);
  for (size_t i = 0; i < below.size(); ++i)
    if (below[i]->violation > 0) std::fill(losses[i].begin(), losses[i].end(), kInfinity);
  std::vector<double> weights = hypervolume_contributions(losses);
  const double most = *std::max_element(weights.begin(), weights.end());
  for (double& weight : weights) weight = most > 0 ? std::max(weight / most, kLeastWeight) : 1;
  return weights;
}

bool has_several_objectives(const Trials& finished) {
  return std::any_of(finished.begin(), finished.end(),
                     [](const Observation* trial) { return !trial->more_losses.empty(); });
}

}  // namespace

size_t below_count(size_t finished, bool several_objectives) {
  const size_t tenth = (finished + 9) / 10;
  return several_objectives ? tenth : std::min(tenth, kMostBelow);
}

TrialSplit split_trials(const History& history, Direction direction, bool running_above) {
  TrialSplit split;
  Trials finished, running;
  finished.reserve(history.size());
  for (const History::Entry& trial : history.entries()) {
    if (trial->state == TrialState::kCompleted || trial->state == TrialState::kPruned)
      finished.push_back(trial.get());
    else if (running_above && trial->state == TrialState::kRunning)
      running.push_back(trial.get());
  }
  split.finished = finished.size();
  sort_by_number(finished);

  const bool several = has_several_objectives(finished);
  const std::vector<bool> good =
      several ? good_by_front(finished, direction) : good_by_value(finished, direction);
  for (size_t i = 0; i < finished.size(); ++i)
    (good[i] ? split.below : split.above).push_back(finished[i]);
  if (several) split.weights = weights_by_volume(split.below, direction);
  split.above.insert(split.above.end(), running.begin(), running.end());
  sort_by_number(split.above);
  return split;
}

}  // namespace foldmill::sampler
