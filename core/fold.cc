#include "core/fold.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/random.h"
#include "core/text.h"

namespace foldmill {
namespace {

using Positions = std::vector<int64_t>;

// The positions of each class by ascending label; one group without labels.
std::vector<Positions> group_by_label(int64_t size, std::span<const int64_t> labels) {
  std::map<int64_t, Positions> by_label;
  for (int64_t i = 0; i < size; ++i)
    by_label[labels.empty() ? 0 : labels[static_cast<size_t>(i)]].push_back(i);
  std::vector<Positions> groups;
  for (auto& [label, positions] : by_label) groups.push_back(std::move(positions));
  return groups;
}

// Divides `count` over the groups in proportion to their sizes: rounded down, and what is left
// goes to the largest remainders, the earlier group first.
std::vector<size_t> largest_remainder(int64_t count, int64_t size,
                                      const std::vector<Positions>& groups) {
  std::vector<size_t> shares;
  std::vector<int64_t> remainders;
  int64_t left = count;
  for (const Positions& group : groups) {
    const int64_t exact = static_cast<int64_t>(group.size()) * count;  // in units of 1 / size
    shares.push_back(static_cast<size_t>(exact / size));
    remainders.push_back(exact % size);
    left -= exact / size;
  }
  std::vector<size_t> order(groups.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return remainders[a] > remainders[b]; });
  for (size_t i = 0; i < static_cast<size_t>(left); ++i) ++shares[order[i]];
  return shares;
}

// The block of each group that belongs to `fold`. Blocks differ by at most one; the longer ones of
// a group begin at the fold where those of the group before ended, so that sums do not drift.
Positions block_of_each(const std::vector<Positions>& groups, size_t k, size_t fold) {
  Positions chosen;
  size_t first_long = 0;
  for (const Positions& group : groups) {
    const size_t base = group.size() / k;
    const size_t longer = group.size() % k;
    const auto is_long = [&](size_t f) { return (f + k - first_long) % k < longer; };
    size_t begin = 0;
    for (size_t f = 0; f < fold; ++f) begin += base + (is_long(f) ? 1 : 0);
    const size_t length = base + (is_long(fold) ? 1 : 0);
    const auto at = group.begin() + static_cast<std::ptrdiff_t>(begin);
    chosen.insert(chosen.end(), at, at + static_cast<std::ptrdiff_t>(length));
    first_long = (first_long + longer) % k;
  }
  return chosen;
}

// The last positions of each group, as many as its share.
Positions end_of_each(const std::vector<Positions>& groups, const std::vector<size_t>& shares) {
  Positions chosen;
  for (size_t g = 0; g < groups.size(); ++g)
    chosen.insert(chosen.end(), groups[g].end() - static_cast<std::ptrdiff_t>(shares[g]),
                  groups[g].end());
  return chosen;
}

SplitIndices split_off(Positions validation, int64_t size) {
  std::sort(validation.begin(), validation.end());
  SplitIndices split;
  size_t next = 0;
  for (int64_t i = 0; i < size; ++i) {
    if (next < validation.size() && validation[next] == i)
      ++next;
    else
      split.train.push_back(i);
  }
  split.validation = std::move(validation);
  return split;
}

Status check_labels(int64_t size, std::span<const int64_t> labels) {
  if (labels.empty() || labels.size() == static_cast<size_t>(size)) return ok_status();
  return invalid_argument(concat(labels.size(), " labels for ", size, " samples"));
}

Status check_plan(const FoldPlan& plan, FoldIndex fold, int64_t size) {
  if (plan.k < 1) return invalid_argument(concat("folds.k must be at least 1, got ", plan.k));
  if (fold.value < 0 || fold.value >= plan.k)
    return invalid_argument(concat("fold ", fold.value, " of a plan with ", plan.k, " folds"));
  if (size < plan.k)
    return invalid_argument(concat("cannot split ", size, " samples into ", plan.k,
                                   " folds; use fewer folds or more data"));
  return ok_status();
}

void shuffle_each(std::vector<Positions>& groups, Random random) {
  for (Positions& group : groups) random.shuffle(std::span(group));
}

// How many samples the hold-out takes, or why it cannot.
Result<int64_t> hold_out_count(double fraction, int64_t size) {
  const bool possible = fraction > 0 && fraction < 1;
  const int64_t count = possible ? std::llround(fraction * static_cast<double>(size)) : 0;
  if (count >= 1 && count < size) return count;
  return invalid_argument(concat("a hold-out of ", format_number(fraction), " of ", size,
                                 " samples leaves nothing to train or nothing to validate on; "
                                 "choose a fraction nearer to 0.5 or more data"));
}

}  // namespace

Result<SplitIndices> split_indices(const FoldPlan& plan, FoldIndex fold, int64_t size,
                                   std::span<const int64_t> labels) {
  FOLDMILL_RETURN_IF_ERROR(check_plan(plan, fold, size));
  FOLDMILL_RETURN_IF_ERROR(check_labels(size, labels));
  std::vector<Positions> groups =
      group_by_label(size, plan.stratified ? labels : std::span<const int64_t>());
  if (plan.shuffle) shuffle_each(groups, Random(plan.seed, RandomPurpose::kSplit));
  if (plan.k > 1)
    return split_off(
        block_of_each(groups, static_cast<size_t>(plan.k), static_cast<size_t>(fold.value)), size);
  FOLDMILL_ASSIGN_OR_RETURN(const int64_t count, hold_out_count(plan.validation_fraction, size));
  return split_off(end_of_each(groups, largest_remainder(count, size, groups)), size);
}

Result<std::vector<int64_t>> subset_indices(int64_t count, int64_t size,
                                            std::span<const int64_t> labels, uint64_t study_seed) {
  if (count < 1 || count > size)
    return invalid_argument(concat("a subset of ", count, " samples out of ", size,
                                   "; ask for at least 1 and at most all of them"));
  FOLDMILL_RETURN_IF_ERROR(check_labels(size, labels));
  std::vector<Positions> groups = group_by_label(size, labels);
  shuffle_each(groups, Random(study_seed, RandomPurpose::kSubset));
  Positions chosen = end_of_each(groups, largest_remainder(count, size, groups));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace foldmill
