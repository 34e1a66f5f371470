#include "sampler/importance/unit_axis.h"

#include <algorithm>

namespace foldmill::sampler::importance {
namespace {

double volume(const std::vector<Intervals>& sides) {
  double product = 1;
  for (const Intervals& side : sides) product *= length(side);
  return product;
}

// What the values of `condition` own of their parameter's axis.
Intervals allowed_part(const SearchSpace& space, const UnitAxis& axis, size_t parent,
                       const Condition& condition) {
  Intervals rest{{0, 1}};
  for (const ParameterValue& value : condition.any_of)
    if (const auto internal = space.parameters()[parent].distribution.to_internal(value))
      rest = intersection(rest, complement(axis.cell(*internal)));
  return complement(rest);
}

void narrow(const SearchSpace& space, const std::vector<UnitAxis>& axes, size_t parameter,
            std::vector<Intervals>& sides) {
  for (const Condition& condition : space.parameters()[parameter].when) {
    const auto parent = space.index_of(condition.parent);
    if (!parent) continue;  // a constant, of which the space has made sure that it holds
    Intervals& side = sides[*parent];
    side = intersection(side, allowed_part(space, axes[*parent], *parent, condition));
    narrow(space, axes, *parent, sides);
  }
}

}  // namespace

UnitAxis::UnitAxis(const Distribution& distribution)
    : transform_(UnitTransform::of(distribution)), single_(distribution.is_single()) {
  if (const auto* choice = distribution.as_categorical()) choices_ = choice->choices.size();
}

double UnitAxis::position(double internal) const {
  if (single_) return 0.5;
  if (choices_ > 0) return (internal + 0.5) / static_cast<double>(choices_);
  return unit(transform_->to_scale(internal));
}

Intervals UnitAxis::cell(double internal) const {
  if (single_) return {{0, 1}};
  if (choices_ > 0) return choice_cell(static_cast<size_t>(internal));
  if (!transform_->stepped()) return {};
  return {{unit(transform_->cell_low(internal)), unit(transform_->cell_high(internal))}};
}

double UnitAxis::unit(double scale) const {
  // Halves first: a range may be wider than a double.
  const double low = transform_->low() / 2, high = transform_->high() / 2;
  return std::clamp((scale / 2 - low) / (high - low), 0.0, 1.0);
}

Intervals UnitAxis::choice_cell(size_t choice) const {
  const auto count = static_cast<double>(choices_);
  return {{static_cast<double>(choice) / count, static_cast<double>(choice + 1) / count}};
}

size_t UnitAxis::choice_at(double position) const {
  return std::min(static_cast<size_t>(position * static_cast<double>(choices_)), choices_ - 1);
}

std::vector<UnitAxis> unit_axes(const SearchSpace& space) {
  std::vector<UnitAxis> axes;
  for (const SearchParameter& parameter : space.parameters())
    axes.emplace_back(parameter.distribution);
  return axes;
}

ActiveBox active_box(const SearchSpace& space, const std::vector<UnitAxis>& axes,
                     size_t parameter) {
  ActiveBox box{std::vector<Intervals>(axes.size(), Intervals{{0, 1}}), 1};
  narrow(space, axes, parameter, box.sides);
  box.share = volume(box.sides);
  return box;
}

ActiveBox intersection(const ActiveBox& a, const ActiveBox& b) {
  ActiveBox both;
  for (size_t axis = 0; axis < a.sides.size(); ++axis)
    both.sides.push_back(intersection(a.sides[axis], b.sides[axis]));
  both.share = volume(both.sides);
  return both;
}

}  // namespace foldmill::sampler::importance
