#include "coordinator/simulation/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/fold_statistics.h"
#include "core/text.h"

namespace foldmill::simulation {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

StudySpec with_seed(StudySpec spec, uint64_t seed) {
  spec.seed = seed;
  spec.folds.seed = seed;
  return spec;
}

double mean_epochs(const VariantResult& result) {
  std::vector<double> epochs;
  for (const Outcome& outcome : result.outcomes)
    epochs.push_back(static_cast<double>(outcome.fold_epochs));
  return mean_of(epochs);
}

// Whether `values` are no worse than `best` by more than one standard error of the difference.
bool is_within_one_error(const std::vector<double>& values, const std::vector<double>& best,
                         Direction direction) {
  std::vector<double> excess;
  for (size_t seed = 0; seed < values.size(); ++seed)
    excess.push_back(direction == Direction::kMinimize ? values[seed] - best[seed]
                                                       : best[seed] - values[seed]);
  const Spread spread = spread_of(excess);
  return spread.mean <= spread.standard_error;
}

}  // namespace

Variant Variant::of(const StudySpec& spec) {
  return {spec.schedule.order, spec.pruning.type, spec.schedule.race.has_value(),
          spec.schedule.top};
}

StudySpec Variant::applied_to(StudySpec spec) const {
  spec.schedule.order = order;
  spec.schedule.top = top;
  if (pruner != spec.pruning.type) spec.pruning = PruningSpec{.type = pruner};
  if (!race)
    spec.schedule.race.reset();
  else if (!spec.schedule.race)
    spec.schedule.race.emplace();
  return spec;
}

std::string Variant::describe() const {
  return concat(to_string(order), ", ", pruner, race ? ", race" : "",
                top > 0 ? concat(", top ", top) : "");
}

Result<std::vector<VariantResult>> compare(const StudySpec& spec,
                                           const std::vector<Variant>& variants, int64_t seeds,
                                           const Fleet& fleet, Curves& curves) {
  std::vector<VariantResult> results;
  for (const Variant& variant : variants) {
    VariantResult& result = results.emplace_back(VariantResult{variant, {}});
    for (int64_t place = 0; place < seeds; ++place) {
      const uint64_t seed = spec.seed + static_cast<uint64_t>(place);
      Result<Outcome> outcome = simulate(variant.applied_to(with_seed(spec, seed)), fleet, curves);
      if (!outcome.ok())
        return outcome.status().with_context(concat(variant.describe(), ", seed ", seed));
      result.outcomes.push_back(std::move(outcome).value());
    }
  }
  return results;
}

Spread spread_of(const std::vector<double>& values) {
  std::vector<double> known;
  std::copy_if(values.begin(), values.end(), std::back_inserter(known),
               [](double value) { return std::isfinite(value); });
  if (known.empty()) return {kNone, kNone};
  const double mean = mean_of(known);
  const auto count = static_cast<double>(known.size());
  return {mean,
          known.size() < 2 ? kNone : std::sqrt(squares_around(known, mean) / (count - 1) / count)};
}

std::vector<double> best_values(const VariantResult& result) {
  const bool true_ones = std::all_of(
      result.outcomes.begin(), result.outcomes.end(),
      [](const Outcome& outcome) { return !outcome.best || outcome.best->truth.has_value(); });
  std::vector<double> values;
  for (const Outcome& outcome : result.outcomes)
    values.push_back(!outcome.best ? kNone
                     : true_ones   ? *outcome.best->truth
                                   : outcome.best->value);
  return values;
}

std::optional<size_t> cheapest(const std::vector<VariantResult>& results, Direction direction) {
  std::vector<std::vector<double>> values;
  for (const VariantResult& result : results) {
    values.push_back(best_values(result));
    if (result.outcomes.size() < 2 ||
        std::any_of(values.back().begin(), values.back().end(),
                    [](double value) { return !std::isfinite(value); }))
      return std::nullopt;
  }
  const auto best = std::min_element(
      values.begin(), values.end(),
      [&](const auto& a, const auto& b) { return better(mean_of(a), mean_of(b), direction); });
  std::optional<size_t> found;
  for (size_t place = 0; place < results.size(); ++place) {
    if (!is_within_one_error(values[place], *best, direction)) continue;
    if (!found || mean_epochs(results[place]) < mean_epochs(results[*found])) found = place;
  }
  return found;
}

}  // namespace foldmill::simulation
