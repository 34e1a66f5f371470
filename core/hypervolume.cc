#include "core/hypervolume.h"

#include <algorithm>

namespace foldmill {
namespace {

using Reference = std::span<const double>;

bool is_inside(const Losses& point, Reference reference) {
  return std::equal(point.begin(), point.end(), reference.begin(),
                    [](double loss, double bound) { return loss < bound; });
}

// The points of the front in ascending order of the first loss, equal ones once.
std::vector<Losses> sorted_front(std::span<const Losses> points) {
  std::vector<Losses> front;
  for (const size_t index : pareto_front(points)) front.push_back(points[index]);
  std::sort(front.begin(), front.end());
  front.erase(std::unique(front.begin(), front.end()), front.end());
  return front;
}

double box_volume(const Losses& point, Reference reference) {
  double volume = 1;
  for (size_t i = 0; i < point.size(); ++i) volume *= reference[i] - point[i];
  return volume;
}

// Of a front of two objectives: its second losses descend.
double staircase_area(const std::vector<Losses>& front, Reference reference) {
  double area = 0;
  double ceiling = reference[1];
  for (const Losses& point : front) {
    area += (reference[0] - point[0]) * (ceiling - point[1]);
    ceiling = point[1];
  }
  return area;
}

double front_volume(const std::vector<Losses>& front, Reference reference);

// What the point at `index` dominates and none after it does: its box, less what the later points
// dominate within the box.
double exclusive_volume(const std::vector<Losses>& front, size_t index, Reference reference) {
  std::vector<Losses> limited(front.begin() + static_cast<std::ptrdiff_t>(index) + 1, front.end());
  for (Losses& other : limited)
    for (size_t i = 0; i < other.size(); ++i) other[i] = std::max(other[i], front[index][i]);
  return box_volume(front[index], reference) - front_volume(sorted_front(limited), reference);
}

double front_volume(const std::vector<Losses>& front, Reference reference) {
  if (front.empty()) return 0;
  if (reference.size() == 1) return reference[0] - front.front()[0];
  if (reference.size() == 2) return staircase_area(front, reference);
  double volume = 0;
  for (size_t i = 0; i < front.size(); ++i) volume += exclusive_volume(front, i, reference);
  return volume;
}

}  // namespace

double hypervolume(std::span<const Losses> points, std::span<const double> reference) {
  std::vector<Losses> inside;
  for (const Losses& point : points)
    if (is_inside(point, reference)) inside.push_back(point);
  return front_volume(sorted_front(inside), reference);
}

}  // namespace foldmill
