#include "sampler/importance/marginal_variance.h"

#include <algorithm>
#include <utility>

namespace foldmill::sampler::importance {
namespace {

using Axis = std::optional<size_t>;  // nothing: no axis, which is all of one piece

// Of a leaf's side, what lies in the box.
Intervals part_of(const Leaf& leaf, const ActiveBox& box, Axis axis) {
  return axis ? intersection(leaf.sides[*axis], box.sides[*axis]) : Intervals{{0, 1}};
}

double extent(const ActiveBox& box, Axis axis) { return axis ? length(box.sides[*axis]) : 1; }

double volume(const Leaf& leaf) {
  double product = 1;
  for (const Intervals& side : leaf.sides) product *= length(side);
  return product;
}

// The ends of all leaves along an axis, within the box: between two of them nothing changes.
class Cuts {
 public:
  Cuts(const std::vector<Leaf>& leaves, const ActiveBox& box, Axis axis) {
    for (const Leaf& leaf : leaves)
      for (const Interval& part : part_of(leaf, box, axis)) {
        ends_.push_back(part.low);
        ends_.push_back(part.high);
      }
    std::sort(ends_.begin(), ends_.end());
    ends_.erase(std::unique(ends_.begin(), ends_.end()), ends_.end());
  }

  size_t size() const { return ends_.size(); }
  size_t index_of(double end) const {
    return static_cast<size_t>(std::lower_bound(ends_.begin(), ends_.end(), end) - ends_.begin());
  }
  double width(size_t index) const { return ends_[index + 1] - ends_[index]; }

 private:
  std::vector<double> ends_;
};

// A function that is constant between cuts, made of rectangles: each is marked at its corners, and
// sums along both axes spread it out. Costs as much as there are cells, not cells times leaves.
class Sheet {
 public:
  Sheet(size_t rows, size_t columns) : columns_(columns), cells_(rows * columns, 0.0) {}

  void add(size_t row, size_t end_row, size_t column, size_t end_column, double value) {
    at(row, column) += value;
    at(end_row, column) -= value;
    at(row, end_column) -= value;
    at(end_row, end_column) += value;
  }

  void spread() {
    for (size_t i = columns_; i < cells_.size(); ++i) cells_[i] += cells_[i - columns_];
    for (size_t i = 0; i < cells_.size(); ++i)
      if (i % columns_ != 0) cells_[i] += cells_[i - 1];
  }

  double& at(size_t row, size_t column) { return cells_[row * columns_ + column]; }

 private:
  size_t columns_;
  std::vector<double> cells_;
};

// The tree's mean over all other axes, and how much of the box that is made of: 1 inside.
struct Marginal {
  Cuts first, second;
  Sheet mean, cover;
};

Marginal marginal_of(const std::vector<Leaf>& leaves, const ActiveBox& box, size_t first,
                     Axis second) {
  Cuts rows(leaves, box, first), columns(leaves, box, second);
  Sheet mean(rows.size(), columns.size()), cover(rows.size(), columns.size());
  for (const Leaf& leaf : leaves) {
    double weight = 1;
    for (size_t axis = 0; axis < leaf.sides.size(); ++axis)
      if (axis != first && axis != second)
        weight *= length(part_of(leaf, box, axis)) / extent(box, axis);
    if (weight == 0) continue;
    for (const Interval& row : part_of(leaf, box, first))
      for (const Interval& column : part_of(leaf, box, second)) {
        const size_t top = rows.index_of(row.low), bottom = rows.index_of(row.high);
        const size_t left = columns.index_of(column.low), right = columns.index_of(column.high);
        mean.add(top, bottom, left, right, weight * leaf.value);
        cover.add(top, bottom, left, right, weight);
      }
  }
  mean.spread();
  cover.spread();
  return {std::move(rows), std::move(columns), std::move(mean), std::move(cover)};
}

}  // namespace

void centre(std::vector<Leaf>& leaves) {
  double mean = 0;
  for (const Leaf& leaf : leaves) mean += volume(leaf) * leaf.value;
  for (Leaf& leaf : leaves) leaf.value -= mean;
}

double total_variance(const std::vector<Leaf>& leaves) {
  double sum = 0, squares = 0;
  for (const Leaf& leaf : leaves) {
    sum += volume(leaf) * leaf.value;
    squares += volume(leaf) * leaf.value * leaf.value;
  }
  return std::max(0.0, squares - sum * sum);
}

double marginal_variance(const std::vector<Leaf>& leaves, const ActiveBox& box, size_t first,
                         std::optional<size_t> second) {
  if (box.share == 0) return 0;
  Marginal marginal = marginal_of(leaves, box, first, second);
  const double area = extent(box, first) * extent(box, second);
  double sum = 0, squares = 0;
  for (size_t row = 0; row + 1 < marginal.first.size(); ++row)
    for (size_t column = 0; column + 1 < marginal.second.size(); ++column) {
      if (marginal.cover.at(row, column) < 0.5) continue;  // between two parts of the box
      const double share = marginal.first.width(row) * marginal.second.width(column) / area;
      const double mean = marginal.mean.at(row, column);
      sum += share * mean;
      squares += share * mean * mean;
    }
  return std::max(0.0, squares - sum * sum);
}

}  // namespace foldmill::sampler::importance
