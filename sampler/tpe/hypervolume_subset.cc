#include "sampler/tpe/hypervolume_subset.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>

#include "core/hypervolume.h"

namespace foldmill::sampler {
namespace {

constexpr double kMargin = 0.1;  // of the extent

// Losses moved to the unit cube, so that volumes neither overflow nor vanish: 0 is the best finite
// loss of an objective, 1 the worst. Infinite ones stay, and so never count.
std::vector<Losses> in_unit_cube(std::span<const Losses> points) {
  std::vector<Losses> scaled(points.begin(), points.end());
  for (size_t objective = 0; objective < points.front().size(); ++objective) {
    double low = INFINITY, high = -INFINITY;
    for (const Losses& point : points) {
      if (!std::isfinite(point[objective])) continue;
      low = std::min(low, point[objective]);
      high = std::max(high, point[objective]);
    }
    const double extent = high / 2 - low / 2;  // halved: the difference may overflow
    for (Losses& point : scaled)
      if (double& loss = point[objective]; std::isfinite(loss))
        loss = extent > 0 ? (loss / 2 - low / 2) / extent : 0;
      else
        loss = loss > 0 ? loss : 0;
  }
  return scaled;
}

struct Gain {
  double volume;
  size_t index;
  size_t known_at;  // how many points were chosen when it was computed
  bool operator<(const Gain& other) const {
    return volume != other.volume ? volume < other.volume : index > other.index;
  }
};

}  // namespace

// What a point adds only ever gets less as others are chosen, so a gain computed earlier is an
// upper bound, and only the greatest has to be computed anew (Minoux 1978).
std::vector<size_t> hypervolume_subset(std::span<const Losses> points, size_t count) {
  std::vector<size_t> chosen;
  if (count >= points.size()) {
    chosen.resize(points.size());
    std::iota(chosen.begin(), chosen.end(), size_t{0});
    return chosen;
  }
  const std::vector<Losses> scaled = in_unit_cube(points);
  const Losses reference(points.front().size(), 1 + kMargin);
  std::vector<Losses> selected;
  double volume = 0;
  const auto gain_of = [&](size_t index) {
    selected.push_back(scaled[index]);
    const double gain = hypervolume(selected, reference) - volume;
    selected.pop_back();
    return Gain{gain, index, selected.size()};
  };

  std::priority_queue<Gain> gains;
  for (size_t i = 0; i < points.size(); ++i) gains.push(gain_of(i));
  while (chosen.size() < count) {
    const Gain best = gains.top();
    gains.pop();
    if (best.known_at < selected.size()) {
      gains.push(gain_of(best.index));
      continue;
    }
    chosen.push_back(best.index);
    selected.push_back(scaled[best.index]);
    volume += best.volume;
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::vector<double> hypervolume_contributions(std::span<const Losses> points) {
  std::vector<double> contributions(points.size());
  const std::vector<size_t> front = pareto_front(points);  // others add nothing
  if (front.empty()) return contributions;
  const std::vector<Losses> scaled = in_unit_cube(points);
  const Losses reference(points.front().size(), 1 + kMargin);
  std::vector<Losses> members;
  for (const size_t index : front) members.push_back(scaled[index]);
  const double whole = hypervolume(members, reference);
  for (size_t i = 0; i < front.size(); ++i) {
    std::swap(members[i], members.back());
    const double without = hypervolume(std::span(members).first(members.size() - 1), reference);
    std::swap(members[i], members.back());
    contributions[front[i]] = std::max(0.0, whole - without);
  }
  return contributions;
}

}  // namespace foldmill::sampler
