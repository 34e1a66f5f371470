#include "worker/trainer/data/image_split.h"

#include <numeric>
#include <span>

#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

using Positions = std::vector<int64_t>;

bool is_divided_by_class(const FoldPlan& plan) {
  return plan.stratified && (plan.outer || (plan.hold_out && !plan.leave_one_group_out));
}

void check_stratifiable(const Dataset& dataset, const Assignment& assignment) {
  const bool wanted = is_divided_by_class(assignment.folds) ||
                      (assignment.data.subset_train && assignment.data.subset_stratified);
  if (wanted && dataset.labels.empty())
    throw AttemptError(EndCause::kUserError,
                       "data: these images have no labels, so nothing can be stratified; add the "
                       "labels file or set `stratified: false`");
}

Positions choose_subset(const Dataset& dataset, const Assignment& assignment) {
  const DataSpec& data = assignment.data;
  if (!data.subset_train) {
    Positions all(static_cast<size_t>(dataset.size()));
    std::iota(all.begin(), all.end(), int64_t{0});
    return all;
  }
  const std::span<const int64_t> labels = data.subset_stratified
                                              ? std::span<const int64_t>(dataset.labels)
                                              : std::span<const int64_t>();
  return value_or_throw(subset_indices(*data.subset_train, dataset.size(), labels, assignment.seed),
                        EndCause::kUserError);
}

Positions pick(const Positions& values, const Positions& positions) {
  Positions picked;
  for (const int64_t position : positions) picked.push_back(values[static_cast<size_t>(position)]);
  return picked;
}

// The chosen images with what core's splits want to know of them.
struct Chosen {
  Positions positions;
  Positions labels;
  Positions groups;

  Chosen(const Dataset& dataset, const Assignment& assignment, const Positions& all_groups) {
    check_stratifiable(dataset, assignment);
    positions = choose_subset(dataset, assignment);
    if (is_divided_by_class(assignment.folds)) labels = pick(dataset.labels, positions);
    if (!all_groups.empty()) groups = pick(all_groups, positions);
  }
  Samples samples() const { return {static_cast<int64_t>(positions.size()), labels, groups}; }
};

}  // namespace

SplitIndices split_images(const Dataset& dataset, const Assignment& assignment,
                          const std::vector<int64_t>& groups) {
  const Chosen chosen(dataset, assignment, groups);
  const SplitIndices parts =
      value_or_throw(split_indices(assignment.folds, assignment.fold.fold, chosen.samples()),
                     EndCause::kUserError);
  return {pick(chosen.positions, parts.train), pick(chosen.positions, parts.validation)};
}

std::vector<int64_t> outer_images(const Dataset& dataset, const Assignment& assignment,
                                  const std::vector<int64_t>& groups) {
  const Chosen chosen(dataset, assignment, groups);
  return pick(chosen.positions, value_or_throw(outer_indices(assignment.folds, chosen.samples()),
                                               EndCause::kUserError));
}

}  // namespace foldmill::trainer
