#include "sampler/importance/fanova.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"
#include "sampler/importance/marginal_variance.h"
#include "sampler/importance/regression_tree.h"
#include "sampler/importance/unit_axis.h"

namespace foldmill::sampler::importance {
namespace {

constexpr size_t kMostRows = 2000;

// Losses about their mean, so that the squares of what is common to all do not hide the rest.
std::vector<double> centred(std::vector<double> losses) {
  double mean = 0;
  for (const double loss : losses) mean += loss / static_cast<double>(losses.size());
  for (double& loss : losses) loss -= mean;
  return losses;
}

class Forest {
 public:
  Forest(const SearchSpace& space, const SampleTable& table)
      : table_(table), axes_(unit_axes(space)), targets_(centred(table.losses)) {
    for (size_t index = 0; index < space.size(); ++index) {
      boxes_.push_back(active_box(space, axes_, index));
      std::vector<double>& column = positions_.emplace_back(table.columns[index]);
      for (double& value : column)
        if (!std::isnan(value)) value = axes_[index].position(value);
    }
  }

  // Adds what one tree finds; false where its draw had but one value.
  bool add_tree(Random& random, bool pairs, VarianceShares& sums) const {
    const auto positions = imagined(random);
    auto leaves = grow_tree({axes_, positions, targets_}, draw_rows(random), random);
    centre(leaves);
    const double total = total_variance(leaves);
    if (total <= 0) return false;
    for (size_t i = 0; i < axes_.size(); ++i)
      if (!axes_[i].single())
        sums.alone[i] += boxes_[i].share * marginal_variance(leaves, boxes_[i], i) / total;
    if (!pairs) return true;
    for (size_t i = 0; i < axes_.size(); ++i)
      for (size_t j = i + 1; j < axes_.size(); ++j)
        sums.together[i][j] += together(leaves, i, j) / total;
    return true;
  }

 private:
  std::vector<std::vector<double>> imagined(Random& random) const {
    std::vector<std::vector<double>> positions = positions_;
    for (std::vector<double>& column : positions)
      for (double& position : column)
        if (std::isnan(position)) position = random.uniform();
    return positions;
  }

  std::vector<size_t> draw_rows(Random& random) const {
    std::vector<size_t> rows(std::min(table_.size(), kMostRows));
    for (size_t& row : rows) row = static_cast<size_t>(random.below(table_.size()));
    return rows;
  }

  double together(const std::vector<Leaf>& leaves, size_t i, size_t j) const {
    if (axes_[i].single() || axes_[j].single()) return 0;
    const ActiveBox both = intersection(boxes_[i], boxes_[j]);
    const double joint = marginal_variance(leaves, both, i, j) -
                         marginal_variance(leaves, both, i) - marginal_variance(leaves, both, j);
    return both.share * std::max(0.0, joint);
  }

  const SampleTable& table_;
  std::vector<UnitAxis> axes_;
  std::vector<double> targets_;
  std::vector<ActiveBox> boxes_;                // by parameter
  std::vector<std::vector<double>> positions_;  // by parameter, by trial; NaN: not active
};

}  // namespace

VarianceShares fanova(const SearchSpace& space, const SampleTable& table, int trees, bool pairs,
                      uint64_t seed) {
  const Forest forest(space, table);
  VarianceShares shares;
  shares.alone.assign(space.size(), 0.0);
  if (pairs) shares.together.assign(space.size(), std::vector<double>(space.size(), 0.0));
  int grown = 0;
  for (int tree = 0; tree < trees; ++tree) {
    Random random(seed + static_cast<uint64_t>(tree));
    if (forest.add_tree(random, pairs, shares)) ++grown;
  }
  const auto divide = [&](double& share) { share /= std::max(grown, 1); };
  std::for_each(shares.alone.begin(), shares.alone.end(), divide);
  for (std::vector<double>& row : shares.together) std::for_each(row.begin(), row.end(), divide);
  return shares;
}

}  // namespace foldmill::sampler::importance
