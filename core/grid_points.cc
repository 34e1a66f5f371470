#include "core/grid_points.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace foldmill {
namespace {

constexpr int64_t kLimit = int64_t{1} << 62;

std::optional<int64_t> sum(std::optional<int64_t> a, std::optional<int64_t> b) {
  return a && b && *a <= kLimit - *b ? std::optional(*a + *b) : std::nullopt;
}

std::optional<int64_t> product(int64_t a, std::optional<int64_t> b) {
  return b && a <= kLimit / *b ? std::optional(a * *b) : std::nullopt;
}

// The position that is `rank`-th among those not in `left_out`, which is sorted.
int64_t skip(int64_t rank, const std::vector<int64_t>& left_out) {
  for (int64_t position : left_out)
    if (position <= rank) ++rank;
  return rank;
}

}  // namespace

GridAxis::GridAxis(const Distribution& distribution, std::optional<int> float_points)
    : distribution_(distribution), size_(distribution.cardinality()) {
  if (!size_ && float_points) size_ = *float_points;
}

bool GridAxis::spread() const { return !distribution_.cardinality().has_value(); }

ParameterValue GridAxis::value(int64_t position) const {
  const auto steps = static_cast<double>(position);
  if (const IntDistribution* whole = distribution_.as_int())
    return whole->low + position * whole->step;
  if (distribution_.as_categorical()) return distribution_.from_internal(steps);
  const FloatDistribution& real = *distribution_.as_float();
  if (!spread()) return distribution_.from_internal(real.low + steps * real.step.value_or(0));
  if (position == 0) return real.low;
  if (position == *size_ - 1) return real.high;
  const double share = steps / static_cast<double>(*size_ - 1);
  return distribution_.from_internal(real.log ? real.low * std::pow(real.high / real.low, share)
                                              : real.low + share * (real.high - real.low));
}

std::optional<int64_t> GridAxis::position(const ParameterValue& wanted) const {
  const std::optional<double> internal = distribution_.to_internal(wanted);
  if (!internal || !size_) return std::nullopt;
  double guess = *internal;
  if (const IntDistribution* whole = distribution_.as_int()) {
    guess = (guess - static_cast<double>(whole->low)) / static_cast<double>(whole->step);
  } else if (const FloatDistribution* real = distribution_.as_float()) {
    if (!spread())
      guess = real->step ? (guess - real->low) / *real->step : 0;
    else if (real->log)
      guess = guess > 0 ? std::log(guess / real->low) / std::log(real->high / real->low) *
                              static_cast<double>(*size_ - 1)
                        : -1;
    else
      guess = (guess - real->low) / (real->high - real->low) * static_cast<double>(*size_ - 1);
  }
  if (!(guess > -0.5 && guess < static_cast<double>(*size_) - 0.5)) return std::nullopt;
  const auto nearest = static_cast<int64_t>(std::round(guess));
  return equivalent(value(nearest), wanted) ? std::optional(nearest) : std::nullopt;
}

GridPoints::GridPoints(const SearchSpace& space, std::optional<int> float_points) : space_(space) {
  for (const SearchParameter& parameter : space.parameters())
    axes_.emplace_back(parameter.distribution, float_points);
  for (size_t index = 0; index < space.size(); ++index) named_.push_back(named_positions(index));
}

std::vector<int64_t> GridPoints::named_positions(size_t index) const {
  std::vector<int64_t> positions;
  for (const SearchParameter& child : space_.parameters())
    for (const Condition& condition : child.when)
      if (condition.parent == space_.parameters()[index].name)
        for (const ParameterValue& value : condition.any_of)
          if (const auto position = axes_[index].position(value)) positions.push_back(*position);
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

// Along the sampling order. A parent's values are told apart only as far as some condition names
// them; all others are counted together, with the parent left unset.
std::optional<int64_t> GridPoints::count_from(size_t place, const ParameterSet& partial) const {
  if (place == space_.size()) return 1;
  const size_t index = space_.sampling_order()[place];
  if (!space_.is_active(index, partial)) return count_from(place + 1, partial);
  if (!axes_[index].size()) return std::nullopt;
  std::optional<int64_t> total = 0;
  for (int64_t position : named_[index]) {
    ParameterSet extended = partial;
    extended.set(space_.parameters()[index].name, axes_[index].value(position));
    total = sum(total, count_from(place + 1, extended));
  }
  const int64_t others = *axes_[index].size() - static_cast<int64_t>(named_[index].size());
  if (others == 0) return total;
  return sum(total, product(others, count_from(place + 1, partial)));
}

ParameterSet GridPoints::at(int64_t index) const {
  ParameterSet point;
  for (size_t place = 0; place < space_.size(); ++place) {
    const size_t parameter = space_.sampling_order()[place];
    if (!space_.is_active(parameter, point)) continue;
    const std::string& name = space_.parameters()[parameter].name;
    const GridAxis& axis = axes_[parameter];
    // In the order of count_from(): the named values each with what follows, then all others.
    std::optional<int64_t> chosen;
    for (int64_t position : named_[parameter]) {
      ParameterSet extended = point;
      extended.set(name, axis.value(position));
      const std::optional<int64_t> points = count_from(place + 1, extended);
      FOLDMILL_CHECK(points.has_value(), "a grid is indexed that has no size");
      if (index < *points) {
        chosen = position;
        break;
      }
      index -= *points;
    }
    if (!chosen) {
      const int64_t points = count_from(place + 1, point).value();
      chosen = skip(index / points, named_[parameter]);
      index %= points;
    }
    point.set(name, axis.value(*chosen));
  }
  return point;
}

bool GridPoints::contains(const ParameterSet& point) const {
  if (!space_.validate(point).ok()) return false;
  return std::all_of(point.begin(), point.end(), [&](const ParameterSet::Entry& entry) {
    return axes_[*space_.index_of(entry.first)].position(entry.second).has_value();
  });
}

}  // namespace foldmill
