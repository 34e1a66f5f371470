#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/search_space.h"
#include "sampler/importance/intervals.h"
#include "sampler/unit_transform.h"

namespace foldmill::sampler::importance {

// A parameter's range as the axis [0, 1), on which a uniform draw is a uniform draw from the range:
// numbers on their scale (sampler/unit_transform.h), members of a grid as the cells they own,
// choices as cells of equal size in their order.
class UnitAxis {
 public:
  explicit UnitAxis(const Distribution& distribution);

  size_t choices() const { return choices_; }  // 0: the axis has an order
  bool single() const { return single_; }      // one value only, which owns the whole axis

  // Of an internal value within the range; the middle of its cell for a choice.
  double position(double internal) const;
  // What a value owns: nothing for one of a continuous range.
  Intervals cell(double internal) const;
  Intervals choice_cell(size_t choice) const;
  size_t choice_at(double position) const;

 private:
  double unit(double scale) const;

  std::optional<UnitTransform> transform_;
  size_t choices_ = 0;
  bool single_;
};

// Where a parameter takes part: the box of its ancestors' values (by axis of the space) that make
// it active, as far as they have any extent. `share` is its volume: how likely a uniform draw is
// to lie in it.
struct ActiveBox {
  std::vector<Intervals> sides;
  double share = 1;
};

std::vector<UnitAxis> unit_axes(const SearchSpace& space);
ActiveBox active_box(const SearchSpace& space, const std::vector<UnitAxis>& axes, size_t parameter);
ActiveBox intersection(const ActiveBox& a, const ActiveBox& b);

}  // namespace foldmill::sampler::importance
