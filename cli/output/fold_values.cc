#include "cli/output/fold_values.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/output/format.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

// Decimal places that show two digits of `error`; nothing where that takes a power of ten.
std::optional<int> places_for(double error) {
  if (!(error > 0) || !std::isfinite(error)) return std::nullopt;
  const int places = 1 - static_cast<int>(std::floor(std::log10(error)));
  return places > 8 ? std::nullopt : std::optional(std::max(places, 0));
}

std::string_view aggregate_words(Aggregate aggregate) {
  switch (aggregate) {
    case Aggregate::kMean:
      return "told for all";
    case Aggregate::kMedian:
      return "median of";
    case Aggregate::kMeanPlusStd:
      return "mean and standard deviation of";
  }
  return {};
}

bool is_mean(const TrialRow& trial, const FoldStatistics& folds) {
  return std::abs(*trial.value - folds.mean) <= 1e-9 * std::abs(folds.mean);
}

}  // namespace

std::vector<double> completed_values(const TrialRow& trial) {
  std::vector<double> values;
  for (const FoldRow& fold : trial.folds)
    if (fold.state == FoldState::kCompleted && fold.value) values.push_back(*fold.value);
  return values;
}

std::optional<FoldStatistics> spread_of(const StudySpec& spec, const TrialRow& trial) {
  const auto statistics = fold_statistics(completed_values(trial), test_to_train(spec.folds));
  return statistics && statistics->spread ? statistics : std::nullopt;
}

std::string with_error(double value, double error) {
  const std::optional<int> places = places_for(error);
  if (!places) return concat(short_number(value), " ± ", short_number(error));
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f ± %.*f", *places, value, *places, error);
  return buffer;
}

std::string value_text(const TrialRow& trial) {
  if (!trial.value) return {};
  return concat(trial.estimated ? "~" : "", table_text(*trial.value));
}

std::string describe_value(const StudySpec& spec, const TrialRow& trial) {
  if (!trial.value) return {};
  if (trial.estimated)
    return concat("~", short_number(*trial.value), ", estimated from ",
                  completed_values(trial).size(), " of ", trial.folds.size(), " folds");
  const auto folds = spread_of(spec, trial);
  if (!folds || trial.state != TrialState::kCompleted) return short_number(*trial.value);
  const std::string mean = with_error(folds->mean, folds->spread->error);
  if (is_mean(trial, *folds)) return concat(mean, " (", folds->folds, " folds)");
  return concat(short_number(*trial.value), " (", aggregate_words(spec.schedule.aggregate), " ",
                folds->folds, " folds; their mean ", mean, ")");
}

std::string describe_spread(const FoldStatistics& statistics) {
  const FoldSpread& spread = statistics.spread.value();
  return concat("mean ", short_number(statistics.mean), ", median ",
                short_number(statistics.median), ", standard deviation ",
                short_number(spread.deviation), ", standard error ", short_number(spread.error),
                " (", short_number(spread.corrected_error),
                " corrected for the training data that folds share)");
}

Json fold_statistics_json(const std::optional<FoldStatistics>& statistics) {
  if (!statistics) return nullptr;
  const FoldSpread& spread = statistics->spread.value();
  return {{"folds", statistics->folds},
          {"mean", json_number(statistics->mean)},
          {"median", json_number(statistics->median)},
          {"std", json_number(spread.deviation)},
          {"error", json_number(spread.error)},
          {"corrected_error", json_number(spread.corrected_error)}};
}

}  // namespace foldmill::cli
