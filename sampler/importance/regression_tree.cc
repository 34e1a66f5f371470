#include "sampler/importance/regression_tree.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

namespace foldmill::sampler::importance {
namespace {

constexpr int kDeepest = 64;

struct Split {
  size_t axis = 0;
  double threshold = 0;       // keys below go left
  std::vector<double> means;  // choices only: the key of each, NaN where not seen
  double score = -1;          // what it takes off the squared error, plus a constant of the node
};

class Grower {
 public:
  Grower(const TreeData& data, Random& random) : data_(data), random_(random) {
    axis_order_.resize(data.axes.size());
    std::iota(axis_order_.begin(), axis_order_.end(), size_t{0});
  }

  void grow(std::span<size_t> rows, std::vector<Intervals> sides, int depth) {
    if (depth < kDeepest && !is_pure(rows)) {
      if (const std::optional<Split> split = best_split(rows)) {
        split_node(rows, std::move(sides), *split, depth);
        return;
      }
    }
    leaves_.push_back({std::move(sides), mean(rows)});
  }

  std::vector<Leaf> take() && { return std::move(leaves_); }

 private:
  struct Keyed {
    double key;
    double target;
  };

  bool is_pure(std::span<const size_t> rows) const {
    const double first = data_.targets[rows.front()];
    return std::all_of(rows.begin(), rows.end(),
                       [&](size_t row) { return data_.targets[row] == first; });
  }

  double mean(std::span<const size_t> rows) const {
    double sum = 0;
    for (const size_t row : rows) sum += data_.targets[row];
    return sum / static_cast<double>(rows.size());
  }

  // A random order of the axes makes equal splits equally likely: two rows can be told apart by
  // every axis.
  std::optional<Split> best_split(std::span<const size_t> rows) {
    random_.shuffle(std::span(axis_order_));
    Split best;
    for (const size_t axis : axis_order_) {
      Split split;
      split.axis = axis;
      if (data_.axes[axis].choices() > 0) split.means = choice_means(axis, rows);
      find_threshold(keyed_rows(split, rows), split);
      if (split.score > best.score) best = std::move(split);
    }
    if (best.score < 0) return std::nullopt;
    return best;
  }

  std::vector<double> choice_means(size_t axis, std::span<const size_t> rows) const {
    std::vector<double> sums(data_.axes[axis].choices(), 0.0), counts(sums.size(), 0.0);
    for (const size_t row : rows) {
      const size_t choice = data_.axes[axis].choice_at(data_.positions[axis][row]);
      sums[choice] += data_.targets[row];
      counts[choice] += 1;
    }
    for (size_t choice = 0; choice < sums.size(); ++choice) sums[choice] /= counts[choice];
    return sums;
  }

  double key_of(const Split& split, size_t row) const {
    const double position = data_.positions[split.axis][row];
    return split.means.empty() ? position : split.means[data_.axes[split.axis].choice_at(position)];
  }

  const std::vector<Keyed>& keyed_rows(const Split& split, std::span<const size_t> rows) {
    keyed_.clear();
    for (const size_t row : rows) keyed_.push_back({key_of(split, row), data_.targets[row]});
    std::sort(keyed_.begin(), keyed_.end(), [](const Keyed& a, const Keyed& b) {
      return a.key != b.key ? a.key < b.key : a.target < b.target;
    });
    return keyed_;
  }

  static void find_threshold(const std::vector<Keyed>& rows, Split& split) {
    double total = 0, left = 0;
    for (const Keyed& row : rows) total += row.target;
    const auto count = static_cast<double>(rows.size());
    for (size_t i = 0; i + 1 < rows.size(); ++i) {
      left += rows[i].target;
      if (rows[i].key == rows[i + 1].key) continue;
      const auto before = static_cast<double>(i + 1);
      const double right = total - left;
      const double score = left * left / before + right * right / (count - before);
      if (score <= split.score) continue;
      split.score = score;
      split.threshold = between(rows[i].key, rows[i + 1].key);
    }
  }

  // Above `low`, at most `high`.
  static double between(double low, double high) {
    const double middle = low / 2 + high / 2;
    return middle > low ? middle : high;
  }

  Intervals left_part(const Split& split) {
    if (split.means.empty()) return {{0, split.threshold}};
    const UnitAxis& axis = data_.axes[split.axis];
    Intervals right{{0, 1}};
    for (size_t choice = 0; choice < split.means.size(); ++choice) {
      const bool unseen = std::isnan(split.means[choice]);
      if (unseen ? random_.below(2) == 0 : split.means[choice] < split.threshold)
        right = intersection(right, complement(axis.choice_cell(choice)));
    }
    return complement(right);
  }

  void split_node(std::span<size_t> rows, std::vector<Intervals> sides, const Split& split,
                  int depth) {
    const Intervals left = left_part(split);
    const auto middle = std::partition(
        rows.begin(), rows.end(), [&](size_t row) { return key_of(split, row) < split.threshold; });
    const auto count = static_cast<size_t>(middle - rows.begin());
    std::vector<Intervals> left_sides = sides;
    left_sides[split.axis] = intersection(sides[split.axis], left);
    sides[split.axis] = intersection(sides[split.axis], complement(left));
    grow(rows.first(count), std::move(left_sides), depth + 1);
    grow(rows.subspan(count), std::move(sides), depth + 1);
  }

  const TreeData& data_;
  Random& random_;
  std::vector<size_t> axis_order_;
  std::vector<Keyed> keyed_;  // of the axis that is looked at
  std::vector<Leaf> leaves_;
};

}  // namespace

std::vector<Leaf> grow_tree(const TreeData& data, std::vector<size_t> rows, Random& random) {
  Grower grower(data, random);
  grower.grow(rows, std::vector<Intervals>(data.axes.size(), Intervals{{0, 1}}), 0);
  return std::move(grower).take();
}

}  // namespace foldmill::sampler::importance
