#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/ids.h"
#include "core/result.h"

namespace foldmill {

// How the training data is split. Fixed by the study: the same for every trial and every machine.
struct FoldPlan {
  int k = 1;                         // 1: one hold-out of `validation_fraction`; else k folds
  double validation_fraction = 0.2;  // for k = 1, in (0, 1)
  bool stratified = true;            // keep the classes' proportions, when labels are given
  bool shuffle = true;               // false: consecutive blocks
  uint64_t seed = 0;                 // the study's
  friend bool operator==(const FoldPlan&, const FoldPlan&) = default;
};

// Positions 0 … size-1, ascending.
struct SplitIndices {
  std::vector<int64_t> train;
  std::vector<int64_t> validation;
  friend bool operator==(const SplitIndices&, const SplitIndices&) = default;
};

// Train and validation positions of one fold. `labels` holds one class per sample, or is empty (no
// stratification). With k folds every position is in exactly one validation part; stratified class
// counts differ between folds by at most one, and so do fold sizes. O(size). Refuses fewer samples
// than folds, an empty part, a fold outside the plan.
Result<SplitIndices> split_indices(const FoldPlan& plan, FoldIndex fold, int64_t size,
                                   std::span<const int64_t> labels);

// `count` positions out of 0 … size-1, ascending; stratified when labels are given: every class
// has its share, rounded by largest remainder. Refuses count < 1 or > size.
Result<std::vector<int64_t>> subset_indices(int64_t count, int64_t size,
                                            std::span<const int64_t> labels, uint64_t study_seed);

}  // namespace foldmill
