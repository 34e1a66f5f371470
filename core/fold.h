#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ids.h"
#include "core/result.h"

namespace foldmill {

// One part of the training data kept aside before the folds are made: what a nested
// cross-validation estimates on. Fold `fold` of `k`, split as the plan says.
struct OuterFold {
  int k = 5;
  int fold = 0;
  friend bool operator==(const OuterFold&, const OuterFold&) = default;
};

// How the training data is split. Fixed by the study: the same for every trial and every machine.
// Folds are numbered over the repeats: fold i is part i % k of repeat i / k.
struct FoldPlan {
  int k = 1;                         // 1: one hold-out of `validation_fraction`; else k folds
  double validation_fraction = 0.2;  // for k = 1, in (0, 1)
  bool stratified = true;            // keep the classes' proportions, when labels are given
  bool shuffle = true;               // false: consecutive blocks
  uint64_t seed = 0;                 // the study's
  int repeats = 1;                   // k folds are made that often, each time shuffled anew
  // Samples that belong together and are never divided: a file on the workers' machines with one
  // group per training image and line, or `label`, the images' own classes. Empty: none.
  std::string groups = {};
  bool leave_one_group_out = false;  // each fold is one group; k is their number
  bool hold_out = true;              // false: trains on everything, validates on nothing
  std::optional<OuterFold> outer = {};

  int total() const { return k * repeats; }  // folds of one trial
  friend bool operator==(const FoldPlan&, const FoldPlan&) = default;
};

// What is split: how many samples there are and, an entry for each or none at all, their classes
// and groups. Both count by their order alone: the smallest number is the first class or group.
struct Samples {
  int64_t size = 0;
  std::span<const int64_t> labels = {};
  std::span<const int64_t> groups = {};
};

// Positions 0 … size-1, ascending.
struct SplitIndices {
  std::vector<int64_t> train;
  std::vector<int64_t> validation;
  friend bool operator==(const SplitIndices&, const SplitIndices&) = default;
};

// Train and validation positions of one fold, both out of what `plan.outer` leaves. In each repeat
// of k folds every position is in exactly one validation part. Without groups, stratified class
// counts differ between folds by at most one, and so do fold sizes; without labels nothing is
// stratified. Groups are never divided, and classes are then as even as groups allow (see
// group_split.h). O(size), with groups also O(groups * k * classes). Refuses fewer samples or
// groups than folds, an empty part, a fold outside the plan, groups that were asked for but are not
// there.
Result<SplitIndices> split_indices(const FoldPlan& plan, FoldIndex fold, const Samples& samples);

// The positions that `plan.outer` keeps aside from all folds, ascending. Needs plan.outer; refuses
// as split_indices does.
Result<std::vector<int64_t>> outer_indices(const FoldPlan& plan, const Samples& samples);

// `count` positions out of 0 … size-1, ascending; stratified when labels are given: every class
// has its share, rounded by largest remainder. Refuses count < 1 or > size.
Result<std::vector<int64_t>> subset_indices(int64_t count, int64_t size,
                                            std::span<const int64_t> labels, uint64_t study_seed);

}  // namespace foldmill
