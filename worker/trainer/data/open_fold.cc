#include "worker/trainer/data/open_fold.h"

#include <numeric>
#include <utility>

#include "worker/trainer/data/group_file.h"
#include "worker/trainer/data/image_split.h"

namespace foldmill::trainer {
namespace {

std::vector<int64_t> groups_of(const DatasetCache& datasets, const Dataset& dataset,
                               const FoldPlan& plan) {
  if (plan.groups.empty()) return {};
  return read_groups(plan.groups, dataset.size(), dataset.labels, datasets.data_dirs());
}

}  // namespace

FoldView open_fold(DatasetCache& datasets, const Assignment& assignment) {
  auto dataset = datasets.get(assignment.data);
  const auto groups = groups_of(datasets, *dataset, assignment.folds);
  return {std::move(dataset), assignment, groups};
}

FoldView open_test_fold(DatasetCache& datasets, const Assignment& assignment,
                        const Normalization& normalization) {
  if (assignment.folds.outer) {
    auto dataset = datasets.get(assignment.data);
    const auto groups = groups_of(datasets, *dataset, assignment.folds);
    const auto aside = outer_images(*dataset, assignment, groups);
    return {std::move(dataset), aside, normalization};
  }
  auto dataset = datasets.get(assignment.data, Portion::kTest);
  std::vector<int64_t> all(static_cast<size_t>(dataset->size()));
  std::iota(all.begin(), all.end(), int64_t{0});
  return {std::move(dataset), all, normalization};
}

}  // namespace foldmill::trainer
