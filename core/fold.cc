#include "core/fold.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/check.h"
#include "core/group_split.h"
#include "core/random.h"
#include "core/text.h"

namespace foldmill {
namespace {

using Positions = std::vector<int64_t>;

// The positions of each key (a class, a group) by ascending key; all together without keys.
std::vector<Positions> group_by(int64_t size, std::span<const int64_t> keys) {
  std::map<int64_t, Positions> by_key;
  for (int64_t i = 0; i < size; ++i)
    by_key[keys.empty() ? 0 : keys[static_cast<size_t>(i)]].push_back(i);
  std::vector<Positions> groups;
  for (auto& [key, positions] : by_key) groups.push_back(std::move(positions));
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

Status check_count(std::string_view what, int64_t size, std::span<const int64_t> keys) {
  if (keys.empty() || keys.size() == static_cast<size_t>(size)) return ok_status();
  return invalid_argument(concat(keys.size(), " ", what, " for ", size, " samples"));
}

Status check_samples(const FoldPlan& plan, const Samples& samples) {
  FOLDMILL_RETURN_IF_ERROR(check_count("labels", samples.size, samples.labels));
  FOLDMILL_RETURN_IF_ERROR(check_count("groups", samples.size, samples.groups));
  if (samples.groups.empty() && (!plan.groups.empty() || plan.leave_one_group_out))
    return invalid_argument("folds.groups: it is not known which group each sample belongs to");
  return ok_status();
}

Status check_plan(const FoldPlan& plan, FoldIndex fold) {
  if (plan.k < 1) return invalid_argument(concat("folds.k must be at least 1, got ", plan.k));
  if (fold.value >= 0 && fold.value < plan.total()) return ok_status();
  return invalid_argument(concat("fold ", fold.value, " of a plan with ", plan.total(), " folds"));
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

Result<Positions> part_by_classes(const FoldPlan& plan, size_t part, Random random,
                                  const Samples& samples) {
  std::vector<Positions> classes =
      group_by(samples.size, plan.stratified ? samples.labels : std::span<const int64_t>());
  if (plan.shuffle) shuffle_each(classes, random);
  if (plan.k > 1) return block_of_each(classes, static_cast<size_t>(plan.k), part);
  FOLDMILL_ASSIGN_OR_RETURN(const int64_t count,
                            hold_out_count(plan.validation_fraction, samples.size));
  return end_of_each(classes, largest_remainder(count, samples.size, classes));
}

// What each part is to have; the hold-out is the part 0 of two.
Result<std::vector<double>> aims_of(const FoldPlan& plan, const Samples& samples) {
  if (plan.k > 1) return std::vector<double>(static_cast<size_t>(plan.k), 1.0 / plan.k);
  FOLDMILL_RETURN_IF_ERROR(hold_out_count(plan.validation_fraction, samples.size).status());
  return std::vector<double>{plan.validation_fraction, 1 - plan.validation_fraction};
}

Result<Positions> part_by_groups(const FoldPlan& plan, size_t part, Random random,
                                 const Samples& samples) {
  const std::vector<Positions> groups = group_by(samples.size, samples.groups);
  FOLDMILL_ASSIGN_OR_RETURN(const std::vector<double> aims, aims_of(plan, samples));
  if (groups.size() < aims.size())
    return invalid_argument(concat("folds.groups: ", groups.size(),
                                   " groups cannot be divided into ", aims.size(),
                                   plan.k > 1 ? " folds" : " parts",
                                   ", because none is split; use fewer folds or smaller groups"));
  const std::vector<size_t> part_of =
      divide_groups(groups, plan.stratified ? samples.labels : std::span<const int64_t>(), aims,
                    plan.shuffle ? &random : nullptr);
  Positions chosen;
  for (size_t g = 0; g < groups.size(); ++g)
    if (part_of[g] == part) chosen.insert(chosen.end(), groups[g].begin(), groups[g].end());
  return chosen;
}

Result<Positions> left_out_group(const FoldPlan& plan, size_t part, const Samples& samples) {
  std::vector<Positions> groups = group_by(samples.size, samples.groups);
  if (groups.size() == static_cast<size_t>(plan.k)) return std::move(groups[part]);
  return invalid_argument(concat("folds.leave_one_group_out: folds.k is ", plan.k,
                                 " and the data has ", groups.size(),
                                 " groups, each of which is a fold; write k: ", groups.size()));
}

// The positions of one of plan.k parts, or of the hold-out: what is validated on.
Result<Positions> part_of_plan(const FoldPlan& plan, size_t part, Random random,
                               const Samples& samples) {
  if (samples.size < plan.k)
    return invalid_argument(concat("cannot split ", samples.size, " samples into ", plan.k,
                                   " folds; use fewer folds or more data"));
  if (plan.leave_one_group_out) return left_out_group(plan, part, samples);
  return samples.groups.empty() ? part_by_classes(plan, part, random, samples)
                                : part_by_groups(plan, part, random, samples);
}

Result<SplitIndices> split_inner(const FoldPlan& plan, FoldIndex fold, const Samples& samples) {
  if (!plan.hold_out) return split_off({}, samples.size);
  const TrialNumber repeat(fold.value / plan.k);
  FOLDMILL_ASSIGN_OR_RETURN(
      Positions validation,
      part_of_plan(plan, static_cast<size_t>(fold.value % plan.k),
                   Random(plan.seed, RandomPurpose::kSplit, repeat), samples));
  return split_off(std::move(validation), samples.size);
}

std::vector<int64_t> pick(std::span<const int64_t> values, const Positions& positions) {
  std::vector<int64_t> picked;
  if (values.empty()) return picked;
  for (const int64_t position : positions) picked.push_back(values[static_cast<size_t>(position)]);
  return picked;
}

}  // namespace

Result<SplitIndices> split_indices(const FoldPlan& plan, FoldIndex fold, const Samples& samples) {
  FOLDMILL_RETURN_IF_ERROR(check_plan(plan, fold));
  FOLDMILL_RETURN_IF_ERROR(check_samples(plan, samples));
  if (!plan.outer) return split_inner(plan, fold, samples);
  FOLDMILL_ASSIGN_OR_RETURN(Positions aside, outer_indices(plan, samples));
  const Positions inner = split_off(std::move(aside), samples.size).train;
  const std::vector<int64_t> labels = pick(samples.labels, inner);
  const std::vector<int64_t> groups = pick(samples.groups, inner);
  FOLDMILL_ASSIGN_OR_RETURN(
      const SplitIndices split,
      split_inner(plan, fold, {static_cast<int64_t>(inner.size()), labels, groups}));
  return SplitIndices{pick(inner, split.train), pick(inner, split.validation)};
}

Result<std::vector<int64_t>> outer_indices(const FoldPlan& plan, const Samples& samples) {
  FOLDMILL_CHECK(plan.outer.has_value(), "there is no outer fold");
  FOLDMILL_RETURN_IF_ERROR(check_samples(plan, samples));
  if (plan.outer->k < 2 || plan.outer->fold < 0 || plan.outer->fold >= plan.outer->k)
    return invalid_argument(concat("folds.outer: ", plan.outer->fold, " is no fold of ",
                                   plan.outer->k, " outer folds"));
  FoldPlan outer = plan;
  outer.k = plan.outer->k;
  outer.leave_one_group_out = false;
  FOLDMILL_ASSIGN_OR_RETURN(Positions aside,
                            part_of_plan(outer, static_cast<size_t>(plan.outer->fold),
                                         Random(plan.seed, RandomPurpose::kOuterSplit), samples));
  std::sort(aside.begin(), aside.end());
  return aside;
}

Result<std::vector<int64_t>> subset_indices(int64_t count, int64_t size,
                                            std::span<const int64_t> labels, uint64_t study_seed) {
  if (count < 1 || count > size)
    return invalid_argument(concat("a subset of ", count, " samples out of ", size,
                                   "; ask for at least 1 and at most all of them"));
  FOLDMILL_RETURN_IF_ERROR(check_count("labels", size, labels));
  std::vector<Positions> groups = group_by(size, labels);
  shuffle_each(groups, Random(study_seed, RandomPurpose::kSubset));
  Positions chosen = end_of_each(groups, largest_remainder(count, size, groups));
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace foldmill
