#pragma once

#include <cstdint>
#include <optional>

#include "core/search_space.h"

namespace foldmill {

// The values of one range on a grid, by position from 0. The range must outlive it.
class GridAxis {
 public:
  // `float_points` (2 or more) values stand for a float range without a step: both ends and what
  // lies evenly between them, on the logarithm for a log range. Without it such a range has no end.
  explicit GridAxis(const Distribution& distribution, std::optional<int> float_points = {});

  std::optional<int64_t> size() const { return size_; }
  ParameterValue value(int64_t position) const;
  // Nothing for a value that is not on the grid.
  std::optional<int64_t> position(const ParameterValue& value) const;

 private:
  bool spread() const;  // float_points of a range without a step

  const Distribution& distribution_;
  std::optional<int64_t> size_;
};

// Every point of a space's grid once, by its index. Conditions count: a parameter that does not
// take part in a point does not multiply it. The space must outlive it.
class GridPoints {
 public:
  explicit GridPoints(const SearchSpace& space, std::optional<int> float_points = {});

  // Nothing when there is no end to them, or more than 2^62.
  std::optional<int64_t> size() const { return count_from(0, {}); }
  // 0 <= index < size(). The active parameters, parents first.
  ParameterSet at(int64_t index) const;
  bool contains(const ParameterSet& point) const;

 private:
  std::optional<int64_t> count_from(size_t place, const ParameterSet& partial) const;
  std::vector<int64_t> named_positions(size_t index) const;

  const SearchSpace& space_;
  std::vector<GridAxis> axes_;               // of the space's parameters, in its order
  std::vector<std::vector<int64_t>> named_;  // by parameter: positions that some condition names
};

}  // namespace foldmill
