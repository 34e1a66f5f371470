#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace foldmill {

// In which order the folds of a study's trials are handed out.
//
//   first_fold_first  the first fold of a trial alone; the others, side by side, once it is
//   completed trial_first       all folds of a trial at once, the trial that was begun first in
//   front interleave        one fold of a trial at a time; slots that are left begin further trials
enum class FoldOrder { kFirstFoldFirst, kTrialFirst, kInterleave };

// What a trial is worth, from the values of its folds. mean_plus_std adds the standard deviation
// (n - 1) to what is minimised and takes it from what is maximised: steady trials are preferred.
enum class Aggregate { kMean, kMedian, kMeanPlusStd };

// Wrongly stopping one trial in five costs a search little, for others come near it; the folds that
// are saved are trials that can be tried.
inline constexpr double kRaceConfidence = 0.8;

// Stops trials between their folds: see sampler/pruning/race_pruner.h.
struct RaceSpec {
  double confidence =
      kRaceConfidence;  // that a trial which would match the best one is not stopped
  int min_folds = 2;    // completed folds needed
  friend bool operator==(const RaceSpec&, const RaceSpec&) = default;
};

// Which folds of which trials are trained, and when.
struct FoldSchedule {
  FoldOrder order = FoldOrder::kFirstFoldFirst;
  // 0: every trial runs all its folds. n: trials run their first fold only, and when the search has
  // ended the n best are cross-validated with all of them.
  int64_t top = 0;
  Aggregate aggregate = Aggregate::kMean;
  std::optional<RaceSpec> race = {};  // beside the pruner, which judges within a fold
  friend bool operator==(const FoldSchedule&, const FoldSchedule&) = default;
};

std::string_view to_string(FoldOrder v);  // first_fold_first, trial_first, interleave
std::string_view to_string(Aggregate v);  // mean, median, mean_plus_std
std::optional<FoldOrder> parse_fold_order(std::string_view text);
std::optional<Aggregate> parse_aggregate(std::string_view text);

}  // namespace foldmill
