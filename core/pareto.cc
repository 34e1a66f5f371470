#include "core/pareto.h"

#include <algorithm>
#include <numeric>

namespace foldmill {
namespace {

// Each point comes after all that dominate it.
std::vector<size_t> lexicographic_order(std::span<const Losses> points) {
  std::vector<size_t> order(points.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return points[a] < points[b]; });
  return order;
}

// Whether a member of the front, which was filled in lexicographic order, dominates the point. With
// two objectives the last member has the least second loss, so it dominates if any does.
bool any_dominates(std::span<const Losses> points, const std::vector<size_t>& front,
                   const Losses& point) {
  if (point.size() <= 2) return dominates(points[front.back()], point);
  return std::any_of(front.rbegin(), front.rend(),
                     [&](size_t member) { return dominates(points[member], point); });
}

}  // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
  bool better = false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

std::vector<size_t> domination_ranks(std::span<const Losses> points) {
  std::vector<size_t> ranks(points.size());
  std::vector<std::vector<size_t>> fronts;
  for (const size_t index : lexicographic_order(points)) {
    // A front that dominates the point is itself dominated by all before it.
    const auto front =
        std::partition_point(fronts.begin(), fronts.end(), [&](const std::vector<size_t>& members) {
          return any_dominates(points, members, points[index]);
        });
    ranks[index] = static_cast<size_t>(front - fronts.begin());
    if (front == fronts.end())
      fronts.push_back({index});
    else
      front->push_back(index);
  }
  return ranks;
}

std::vector<size_t> pareto_front(std::span<const Losses> points) {
  std::vector<size_t> front;
  for (const size_t index : lexicographic_order(points))
    if (front.empty() || !any_dominates(points, front, points[index])) front.push_back(index);
  std::sort(front.begin(), front.end());
  return front;
}

}  // namespace foldmill
