#include "core/group_split.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "core/check.h"

namespace foldmill {
namespace {

// Shares are whole numbers of this size, so that their products add up to the same on every machine
// and only one rounding, that of a division, is left before two parts are compared.
constexpr int64_t kWhole = int64_t{1} << 20;

struct Group {
  std::vector<std::pair<size_t, int64_t>> shares;  // class, and how much of it: 0 … kWhole
  int64_t samples = 0;

  // The more of the data is in a group, the harder it is to place.
  int64_t hardness() const {
    return std::accumulate(
        shares.begin(), shares.end(), int64_t{0},
        [](int64_t sum, const auto& share) { return sum + share.second * share.second; });
  }
};

// The samples of each class and, for each position, which class that is.
struct Classes {
  std::vector<int64_t> sizes;
  std::vector<size_t> of;
};

Classes number_classes(size_t size, std::span<const int64_t> labels) {
  if (labels.empty()) return {{static_cast<int64_t>(size)}, std::vector<size_t>(size, 0)};
  std::map<int64_t, size_t> numbers;
  for (const int64_t label : labels) numbers.emplace(label, 0);
  size_t next = 0;
  for (auto& [label, number] : numbers) number = next++;
  Classes classes{std::vector<int64_t>(numbers.size(), 0), {}};
  for (const int64_t label : labels) {
    classes.of.push_back(numbers[label]);
    ++classes.sizes[classes.of.back()];
  }
  return classes;
}

std::vector<Group> weigh(const std::vector<std::vector<int64_t>>& members,
                         std::span<const int64_t> labels) {
  size_t size = 0;
  for (const auto& positions : members) size += positions.size();
  const Classes classes = number_classes(size, labels);
  std::vector<Group> groups;
  for (const auto& positions : members) {
    std::map<size_t, int64_t> counts;
    for (const int64_t position : positions) ++counts[classes.of[static_cast<size_t>(position)]];
    Group& group = groups.emplace_back();
    group.samples = static_cast<int64_t>(positions.size());
    for (const auto& [number, count] : counts)
      group.shares.emplace_back(number, count * kWhole / classes.sizes[number]);
  }
  return groups;
}

// One part while it is filled.
struct Part {
  double aim = 0;
  std::vector<int64_t> shares;  // by class
  int64_t samples = 0;

  // By how much the squared misses grow with this group, relative to the aim. What all parts have
  // in common is left out: with s of a class here, g of it in the group and the aim a,
  // ((s + g - a)^2 - (s - a)^2) / a = (2 s + g) g / a - 2 g.
  double cost_of(const Group& group) const {
    int64_t sum = 0;
    for (const auto& [number, share] : group.shares) sum += (2 * shares[number] + share) * share;
    return static_cast<double>(sum) / aim;
  }
  // Where costs are equal the emptiest part comes first.
  std::pair<double, double> rank_for(const Group& group) const {
    return {cost_of(group), static_cast<double>(samples) / aim};
  }
  void add(const Group& group) {
    for (const auto& [number, share] : group.shares) shares[number] += share;
    samples += group.samples;
  }
};

// The last groups are kept for parts that would have none.
size_t place(const Group& group, const std::vector<Part>& parts, size_t groups_left) {
  const auto is_empty = [](const Part& part) { return part.samples == 0; };
  const auto empty = static_cast<size_t>(std::count_if(parts.begin(), parts.end(), is_empty));
  size_t best = parts.size();
  for (size_t i = 0; i < parts.size(); ++i) {
    if (groups_left <= empty && !is_empty(parts[i])) continue;
    if (best == parts.size() || parts[i].rank_for(group) < parts[best].rank_for(group)) best = i;
  }
  return best;
}

}  // namespace

std::vector<size_t> divide_groups(const std::vector<std::vector<int64_t>>& members,
                                  std::span<const int64_t> labels, std::span<const double> aims,
                                  Random* random) {
  FOLDMILL_CHECK(!aims.empty() && aims.size() <= members.size(), "more parts than groups");
  const std::vector<Group> groups = weigh(members, labels);
  size_t classes = 0;
  for (const Group& group : groups) classes = std::max(classes, group.shares.back().first + 1);
  std::vector<Part> parts;
  for (const double aim : aims) parts.push_back({aim, std::vector<int64_t>(classes, 0), 0});

  std::vector<size_t> order(groups.size());
  std::iota(order.begin(), order.end(), size_t{0});
  if (random != nullptr) random->shuffle(std::span(order));
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return groups[a].hardness() > groups[b].hardness(); });
  std::vector<size_t> part_of(groups.size());
  size_t left = groups.size();
  for (const size_t group : order) {
    part_of[group] = place(groups[group], parts, left--);
    parts[part_of[group]].add(groups[group]);
  }
  return part_of;
}

}  // namespace foldmill
