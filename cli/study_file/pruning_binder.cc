#include "cli/study_file/pruning_binder.h"

#include "cli/study_file/map_reader.h"

namespace foldmill::cli {
namespace {

void bind_window(MapReader& reader, PruningSpec& pruning) {
  reader.integer("warmup_epochs", pruning.warmup_epochs, 0, kMostCount);
  reader.integer("interval", pruning.interval, 1, kMostCount);
}

void bind_percentile(MapReader& reader, PruningSpec& pruning) {
  reader.integer("warmup_trials", pruning.warmup_trials, 0, kMostCount);
  bind_window(reader, pruning);
  reader.integer("min_peers", pruning.min_peers, 1, kMostCount);
}

void bind_halving(MapReader& reader, PruningSpec& pruning) {
  reader.integer("min_epochs", pruning.min_epochs, 1, kMostCount);
  reader.integer("reduction_factor", pruning.reduction_factor, 2, kMostCount);
  reader.integer("min_peers", pruning.min_peers, 1, kMostCount);
}

void bind_bound(MapReader& reader, const char* key, std::optional<double>& bound) {
  if (!reader.has(key)) {
    reader.get(key);  // known, though absent
    return;
  }
  double value = 0;
  reader.number(key, value);
  bound = value;
}

void bind_threshold(MapReader& reader, PruningSpec& pruning) {
  bind_bound(reader, "lower", pruning.lower);
  bind_bound(reader, "upper", pruning.upper);
  bind_window(reader, pruning);
}

void bind_options(MapReader& reader, const std::string& type, PruningSpec& pruning) {
  if (type == "median" || type == "percentile") bind_percentile(reader, pruning);
  if (type == "percentile") reader.number("percentile", pruning.percentile);
  if (type == "asha" || type == "hyperband") bind_halving(reader, pruning);
  if (type == "threshold") bind_threshold(reader, pruning);
}

}  // namespace

void bind_pruning(const DocNode* node, PruningSpec& pruning, Diagnostics& diagnostics) {
  MapReader reader(node, "pruning", diagnostics);
  reader.word("type", pruning.type, pruning_types());
  bind_options(reader, pruning.type, pruning);
  if (pruning.type == "patient") {
    reader.integer("patience", pruning.patience, 0, kMostCount);
    reader.number("min_delta", pruning.min_delta);
    reader.word("around", pruning.around, wrapped_pruning_types());
    bind_options(reader, pruning.around, pruning);
  }
  if (pruning.type == "race") {
    reader.number("confidence", pruning.confidence);
    reader.integer("min_folds", pruning.min_folds, 2, kMostCount);
  }
  reader.finish();
}

}  // namespace foldmill::cli
