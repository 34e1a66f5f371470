#include "cli/output/simulation.h"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "cli/output/format.h"
#include "core/text.h"

namespace foldmill::cli {
namespace {

using simulation::Outcome;
using simulation::Spread;
using simulation::VariantResult;

template <class Number>
std::vector<double> each(const VariantResult& result, Number number) {
  std::vector<double> values;
  for (const Outcome& outcome : result.outcomes)
    values.push_back(static_cast<double>(number(outcome)));
  return values;
}

double seconds_to_best(const Outcome& outcome) {
  return outcome.best ? outcome.best->seconds : std::numeric_limits<double>::quiet_NaN();
}

// What the search's trials would train if each ran all its folds to the end.
double all_epochs(const StudySpec& spec) {
  return static_cast<double>(spec.trials * spec.folds.total() * spec.max_epochs());
}

std::string describe_when(int64_t top) { return top == 0 ? "every_trial" : concat("top:", top); }

// One number of a variant's outcomes, by every name it goes under.
struct Measure {
  const char* name;
  int priority;   // of its column
  bool duration;  // in seconds
  std::vector<double> values;
};

std::vector<Measure> measures_of(const SimulationSetting& setting, const VariantResult& result) {
  const auto number = [&](auto member) {
    return each(result, [=](const Outcome& outcome) { return outcome.*member; });
  };
  const double all = all_epochs(setting.spec);
  return {
      {"completed", 6, false, number(&Outcome::completed)},
      {"pruned", 5, false, number(&Outcome::pruned)},
      {"failed", 1, false, number(&Outcome::failed)},
      {"validated", 1, false, number(&Outcome::validated)},
      {"best", 9, false, best_values(result)},
      {"fold_runs", 3, false, number(&Outcome::fold_runs)},
      {"fold_epochs", 8, false, number(&Outcome::fold_epochs)},
      {"share", 8, false,
       each(result, [=](const Outcome& o) { return static_cast<double>(o.fold_epochs) / all; })},
      {"lost", 0, false, number(&Outcome::attempts_lost)},
      {"seconds", 9, true, number(&Outcome::seconds)},
      {"seconds_to_best", 7, true, each(result, seconds_to_best)},
      {"busy_seconds", 2, true, number(&Outcome::busy_seconds)},
  };
}

std::string describe(const Measure& measure, double value) {
  if (measure.duration) return format_duration(value);
  return std::abs(value) < 1000 ? short_number(value) : concat(std::llround(value));
}

// The mean; tables show its error beside it, and durations as people read them.
ListingCell cell_of(const Measure& measure) {
  const Spread spread = simulation::spread_of(measure.values);
  std::string text = describe(measure, spread.mean);
  if (measure.values.size() > 1) text += " ± " + describe(measure, spread.standard_error);
  return ListingCell::shown_as(spread.mean, std::move(text));
}

Json measure_json(const Measure& measure) {
  const Spread spread = simulation::spread_of(measure.values);
  Json values = Json::array();
  for (const double value : measure.values) values.push_back(json_number(value));
  return {{"mean", json_number(spread.mean)},
          {"standard_error", json_number(spread.standard_error)},
          {"values", std::move(values)}};
}

Json setting_json(const SimulationSetting& setting) {
  const StudySpec& spec = setting.spec;
  return {{"schema", "simulation/v1"},   {"study", spec.name},
          {"curves", setting.curves},    {"workers", setting.fleet.workers},
          {"trials", spec.trials},       {"folds", spec.folds.total()},
          {"epochs", spec.max_epochs()}, {"metric", spec.objective.metric},
          {"seed", spec.seed},           {"seeds", setting.seeds},
          {"variants", Json::array()},   {"cheapest", nullptr}};
}

}  // namespace

Listing list_variants(const SimulationSetting& setting, const std::vector<VariantResult>& results) {
  Listing listing;
  listing.columns = {
      {"order", false, 10}, {"pruner", false, 10}, {"race", false, 10}, {"when", false, 10}};
  for (const Measure& measure : measures_of(setting, results.front()))
    listing.columns.push_back({measure.name, true, measure.priority});
  listing.json = setting_json(setting);
  for (const VariantResult& result : results) {
    const std::string order(to_string(result.variant.order));
    std::vector<ListingCell> row = {order, result.variant.pruner,
                                    result.variant.race ? "yes" : "no",
                                    describe_when(result.variant.top)};
    Json json = {{"order", order},
                 {"pruner", result.variant.pruner},
                 {"race", result.variant.race},
                 {"top", result.variant.top}};
    for (const Measure& measure : measures_of(setting, result)) {
      row.push_back(cell_of(measure));
      json[measure.name] = measure_json(measure);
    }
    listing.rows.push_back(std::move(row));
    listing.json["variants"].push_back(std::move(json));
  }
  if (const auto place = simulation::cheapest(results, setting.spec.objective.direction))
    listing.json["cheapest"] = *place;
  return listing;
}

std::string describe_cheapest(const SimulationSetting& setting,
                              const std::vector<VariantResult>& results) {
  if (results.size() < 2) return {};
  if (setting.seeds < 2) return "one seed says little about which is better\n  try: --seeds 10\n";
  const auto place = simulation::cheapest(results, setting.spec.objective.direction);
  if (!place) return "no cheapest: with some seed no trial completed\n";
  const VariantResult& result = results[*place];
  const Spread epochs = simulation::spread_of(
      each(result, [](const Outcome& outcome) { return outcome.fold_epochs; }));
  return concat("cheapest: ", result.variant.describe(), ", ",
                short_number(100 * epochs.mean / all_epochs(setting.spec)),
                " % of all fold-epochs, among those whose best value is within one standard error "
                "of the best\n");
}

}  // namespace foldmill::cli
