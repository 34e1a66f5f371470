#include "sampler/nsga2/survival.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sampler/trial_ranks.h"

namespace foldmill::sampler {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void add_distances(std::span<const Losses> front, size_t objective, std::vector<double>& crowding) {
  std::vector<size_t> order(front.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto loss = [&](size_t index) { return front[index][objective]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return loss(a) < loss(b); });
  const double extent = loss(order.back()) - loss(order.front());
  crowding[order.front()] = crowding[order.back()] = kInfinity;
  if (!(extent > 0) || !std::isfinite(extent)) return;
  for (size_t i = 1; i + 1 < order.size(); ++i)
    crowding[order[i]] += (loss(order[i + 1]) - loss(order[i - 1])) / extent;
}

// The crowding distance of each trial among those of its rank.
std::vector<double> crowding_by_rank(std::span<const Losses> losses,
                                     std::span<const size_t> ranks) {
  std::vector<std::vector<size_t>> fronts(1 + *std::max_element(ranks.begin(), ranks.end()));
  for (size_t i = 0; i < ranks.size(); ++i) fronts[ranks[i]].push_back(i);
  std::vector<double> crowding(ranks.size());
  for (const std::vector<size_t>& front : fronts) {
    std::vector<Losses> members;
    for (const size_t index : front) members.push_back(losses[index]);
    const std::vector<double> distances = crowding_distances(members);
    for (size_t i = 0; i < front.size(); ++i) crowding[front[i]] = distances[i];
  }
  return crowding;
}

}  // namespace

std::vector<double> crowding_distances(std::span<const Losses> front) {
  std::vector<double> crowding(front.size());
  if (front.empty()) return crowding;
  for (size_t objective = 0; objective < front.front().size(); ++objective)
    add_distances(front, objective, crowding);
  return crowding;
}

bool is_fitter(const Parent& a, const Parent& b) {
  return a.rank != b.rank ? a.rank < b.rank : a.crowding > b.crowding;
}

std::vector<Parent> fittest(std::span<const Observation* const> trials, Direction direction,
                            size_t count) {
  if (trials.empty()) return {};
  const std::vector<Losses> losses = losses_of(trials, direction);
  const std::vector<size_t> ranks = trial_ranks(trials, losses);
  const std::vector<double> crowding = crowding_by_rank(losses, ranks);
  std::vector<Parent> parents;
  for (size_t i = 0; i < trials.size(); ++i) parents.push_back({trials[i], ranks[i], crowding[i]});
  std::sort(parents.begin(), parents.end(), [](const Parent& a, const Parent& b) {
    if (is_fitter(a, b) || is_fitter(b, a)) return is_fitter(a, b);
    return a.trial->number < b.trial->number;
  });
  if (parents.size() > count) parents.resize(count);
  return parents;
}

}  // namespace foldmill::sampler
