#include "core/distribution.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"

namespace foldmill {
namespace {

// Up to here the numbers and their differences are doubles too, so that an integer and its internal
// value agree.
constexpr int64_t kLargestInt = int64_t{1} << 52;
// Of a step: how far from the grid a written number may be ("0.3" on the grid of 0.1).
constexpr double kGridTolerance = 1e-8;

// The last step is `high` itself: 3 * 0.3 is a little less than the 0.9 that was written.
double grid_value(const FloatDistribution& d, double k) {
  const double value = d.low + k * *d.step;
  return value > d.high - kGridTolerance * *d.step ? d.high : value;
}

// How many steps fit between low and high.
double steps_of(const FloatDistribution& d) {
  return std::floor((d.high - d.low) / *d.step + kGridTolerance);
}

int64_t steps_of(const IntDistribution& d) { return (d.high - d.low) / d.step; }

double nearest(const FloatDistribution& d, double x) {
  if (!(x > d.low)) return d.low;  // NaN as well
  if (x >= d.high) return d.high;
  return d.step ? grid_value(d, std::round((x - d.low) / *d.step)) : x;
}

int64_t nearest(const IntDistribution& d, double x) {
  if (!(x > static_cast<double>(d.low))) return d.low;
  if (x >= static_cast<double>(d.high)) return d.high;
  const double k = std::round((x - static_cast<double>(d.low)) / static_cast<double>(d.step));
  return d.low + static_cast<int64_t>(k) * d.step;
}

size_t nearest(const CategoricalDistribution& d, double x) {
  const double last = static_cast<double>(d.choices.size() - 1);
  return x > 0 ? static_cast<size_t>(std::min(std::round(x), last)) : 0;
}

std::optional<double> number_in(const ParameterValue& value) {
  return std::holds_alternative<bool>(value) ? std::nullopt : as_double(value);
}

std::optional<double> internal_in(const FloatDistribution&, const ParameterValue& value) {
  return number_in(value);
}

std::optional<double> internal_in(const IntDistribution&, const ParameterValue& value) {
  const std::optional<double> number = number_in(value);
  return number && std::trunc(*number) == *number ? number : std::nullopt;
}

std::optional<double> internal_in(const CategoricalDistribution& d, const ParameterValue& value) {
  for (size_t i = 0; i < d.choices.size(); ++i)
    if (equivalent(d.choices[i], value)) return static_cast<double>(i);
  return std::nullopt;
}

bool holds(const FloatDistribution& d, double x) {
  if (!d.step) return x >= d.low && x <= d.high;
  return std::abs(x - nearest(d, x)) <= kGridTolerance * *d.step;
}

bool holds(const IntDistribution& d, double x) { return x == static_cast<double>(nearest(d, x)); }

bool holds(const CategoricalDistribution&, double) { return true; }

std::string text_of(const FloatDistribution& d) {
  return concat("float [", format_number(d.low), ", ", format_number(d.high), "]",
                d.log ? " log" : "", d.step ? concat(" step ", format_number(*d.step)) : "");
}

std::string text_of(const IntDistribution& d) {
  return concat("int [", d.low, ", ", d.high, "]", d.log ? " log" : "",
                d.step != 1 ? concat(" step ", d.step) : "");
}

std::string text_of(const CategoricalDistribution& d) {
  std::vector<std::string> choices;
  for (const ParameterValue& choice : d.choices) choices.push_back(to_string(choice));
  return concat("choice [", join(choices, ", "), "]");
}

// What integer and real ranges have in common; the ends are given as text for the message.
Status check_range(bool ordered, bool positive, bool log, bool stepped, const std::string& low,
                   const std::string& high) {
  if (!ordered)
    return invalid_argument(
        concat("lower bound ", low, " is above upper bound ", high, "; exchange them"));
  if (log && !positive)
    return invalid_argument(concat("lower bound must be greater than 0 for a log range, got ", low,
                                   "; use a small positive number"));
  if (log && stepped)
    return invalid_argument("a log range cannot have a step; leave out `log` or `step`");
  return ok_status();
}

}  // namespace

Result<Distribution> Distribution::make_float(double low, double high, bool log,
                                              std::optional<double> step) {
  const std::string ends = concat("[", format_number(low), ", ", format_number(high), "]");
  if (!std::isfinite(low) || !std::isfinite(high) || !std::isfinite(high - low))
    return invalid_argument(concat("the ends and the width of a range must be finite, got ", ends));
  FOLDMILL_RETURN_IF_ERROR(check_range(low <= high, low > 0, log, step.has_value(),
                                       format_number(low), format_number(high)));
  FloatDistribution range{low, high, log, step};
  if (step) {
    if (!std::isfinite(*step) || *step <= 0)
      return invalid_argument(concat("step must be a positive number, got ", format_number(*step)));
    const double steps = steps_of(range);
    if (steps > static_cast<double>(kLargestInt) || low + *step == low || high - *step == high)
      return invalid_argument(concat("step ", format_number(*step), " is too fine for ", ends,
                                     "; leave it out for a continuous range"));
    range.high = grid_value(range, steps);
  }
  return Distribution(Data(range));
}

Result<Distribution> Distribution::make_int(int64_t low, int64_t high, bool log, int64_t step) {
  FOLDMILL_RETURN_IF_ERROR(
      check_range(low <= high, low > 0, log, step != 1, std::to_string(low), std::to_string(high)));
  if (low < -kLargestInt || high > kLargestInt)
    return invalid_argument(
        concat("integers must lie within [-2^52, 2^52], got [", low, ", ", high, "]"));
  if (step < 1) return invalid_argument(concat("step must be at least 1, got ", step));
  IntDistribution range{low, high, log, step};
  range.high = low + steps_of(range) * step;
  return Distribution(Data(range));
}

Result<Distribution> Distribution::make_categorical(std::vector<ParameterValue> choices) {
  if (choices.empty()) return invalid_argument("a choice needs at least one value");
  for (size_t i = 0; i < choices.size(); ++i) {
    const double* number = std::get_if<double>(&choices[i]);
    if (number != nullptr && !std::isfinite(*number))
      return invalid_argument(concat("a choice must be finite, got ", format_number(*number)));
    for (size_t j = 0; j < i; ++j)
      if (equivalent(choices[i], choices[j]))
        return invalid_argument(
            concat("choice ", to_string(choices[i]), " is there twice; remove one"));
  }
  return Distribution(Data(CategoricalDistribution{std::move(choices)}));
}

bool Distribution::is_log() const {
  if (const auto* real = as_float()) return real->log;
  const auto* integer = as_int();
  return integer != nullptr && integer->log;
}

bool Distribution::is_single() const { return cardinality() == 1; }

std::optional<int64_t> Distribution::cardinality() const {
  if (const auto* integer = as_int()) return steps_of(*integer) + 1;
  if (const auto* choice = as_categorical()) return static_cast<int64_t>(choice->choices.size());
  const FloatDistribution& real = *as_float();
  if (real.low == real.high) return 1;
  if (!real.step) return std::nullopt;
  return static_cast<int64_t>(steps_of(real)) + 1;
}

bool Distribution::contains(const ParameterValue& value) const {
  const std::optional<double> internal = to_internal(value);
  return internal && std::visit([&](const auto& d) { return holds(d, *internal); }, data_);
}

std::optional<double> Distribution::to_internal(const ParameterValue& value) const {
  return std::visit([&](const auto& d) { return internal_in(d, value); }, data_);
}

ParameterValue Distribution::from_internal(double internal) const {
  if (const auto* choice = as_categorical()) return choice->choices[nearest(*choice, internal)];
  if (const auto* integer = as_int()) return nearest(*integer, internal);
  return nearest(*as_float(), internal);
}

std::string Distribution::describe() const {
  return std::visit([](const auto& d) { return text_of(d); }, data_);
}

}  // namespace foldmill
