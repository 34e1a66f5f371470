#include "sampler/importance/sample_table.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/text.h"

namespace foldmill::sampler::importance {
namespace {

constexpr size_t kFewestTrials = 4;  // two that are good, two that are not

// Brings the largest magnitude to 1, so that no square of a loss overflows.
void scale_losses(std::vector<double>& losses) {
  double largest = 0;
  for (const double loss : losses) largest = std::max(largest, std::abs(loss));
  if (largest == 0) return;
  for (double& loss : losses) loss /= largest;
}

Status check_enough(const SampleTable& table) {
  const int64_t left = static_cast<int64_t>(table.size());
  if (table.size() < kFewestTrials)
    return failed_precondition(
        concat("importances need at least ", kFewestTrials,
               " completed trials with a finite value and parameters within the ranges; there ",
               left == 1 ? "is " : "are ", left,
               table.left_out > 0 ? concat(" (", table.left_out, " more cannot be used)") : "",
               "; let more trials complete"));
  const auto [low, high] = std::minmax_element(table.losses.begin(), table.losses.end());
  if (*low == *high)
    return failed_precondition(concat("all ", left,
                                      " trials have the same value, so no parameter can be told to"
                                      " matter; look at another metric, or widen the ranges"));
  return ok_status();
}

}  // namespace

int64_t SampleTable::active(size_t parameter) const {
  return std::count_if(columns[parameter].begin(), columns[parameter].end(),
                       [](double internal) { return !std::isnan(internal); });
}

Result<SampleTable> make_sample_table(const SearchSpace& space, std::span<const ScoredPoint> points,
                                      Direction direction) {
  SampleTable table;
  table.columns.resize(space.size());
  for (const ScoredPoint& point : points) {
    if (!std::isfinite(point.value) || !space.validate(point.params).ok()) {
      ++table.left_out;
      continue;
    }
    for (size_t index = 0; index < space.size(); ++index) {
      const SearchParameter& parameter = space.parameters()[index];
      const ParameterValue* value = point.params.find(parameter.name);
      table.columns[index].push_back(value ? parameter.distribution.to_internal(*value).value()
                                           : std::numeric_limits<double>::quiet_NaN());
    }
    table.losses.push_back(direction == Direction::kMinimize ? point.value : -point.value);
  }
  scale_losses(table.losses);
  FOLDMILL_RETURN_IF_ERROR(check_enough(table));
  return table;
}

}  // namespace foldmill::sampler::importance
