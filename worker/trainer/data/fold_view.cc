#include "worker/trainer/data/fold_view.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "core/fold.h"
#include "core/random.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

void check_stratifiable(const Dataset& dataset, const Assignment& assignment) {
  const bool wanted = assignment.folds.stratified ||
                      (assignment.data.subset_train && assignment.data.subset_stratified);
  if (wanted && dataset.labels.empty())
    throw AttemptError(EndCause::kUserError,
                       "data: these images have no labels, so nothing can be stratified; add the "
                       "labels file or set `stratified: false`");
}

std::vector<int64_t> choose_subset(const Dataset& dataset, const Assignment& assignment) {
  const DataSpec& data = assignment.data;
  if (!data.subset_train) {
    std::vector<int64_t> all(static_cast<size_t>(dataset.size()));
    std::iota(all.begin(), all.end(), int64_t{0});
    return all;
  }
  const std::span<const int64_t> labels = data.subset_stratified
                                              ? std::span<const int64_t>(dataset.labels)
                                              : std::span<const int64_t>();
  return value_or_throw(subset_indices(*data.subset_train, dataset.size(), labels, assignment.seed),
                        EndCause::kUserError);
}

SplitIndices split(const Dataset& dataset, const std::vector<int64_t>& subset,
                   const Assignment& assignment) {
  std::vector<int64_t> labels;
  if (assignment.folds.stratified)
    for (const int64_t position : subset)
      labels.push_back(dataset.labels[static_cast<size_t>(position)]);
  SplitIndices parts =
      value_or_throw(split_indices(assignment.folds, assignment.fold.fold,
                                   {static_cast<int64_t>(subset.size()), labels, {}}),
                     EndCause::kUserError);
  for (auto* part : {&parts.train, &parts.validation})
    for (int64_t& position : *part) position = subset[static_cast<size_t>(position)];
  return parts;
}

torch::Tensor to_tensor(const std::vector<int64_t>& positions, torch::Device device) {
  return torch::tensor(positions, torch::kInt64).to(device);
}

}  // namespace

FoldView::FoldView(std::shared_ptr<const Dataset> dataset, const Assignment& assignment)
    : dataset_(std::move(dataset)),
      order_seed_(derive_seed(assignment.seed, RandomPurpose::kOrder, assignment.fold.trial,
                              assignment.fold.fold)) {
  check_stratifiable(*dataset_, assignment);
  SplitIndices parts = split(*dataset_, choose_subset(*dataset_, assignment), assignment);
  const torch::Device device = dataset_->images.device();
  train_ = to_tensor(parts.train, device);
  validation_ = to_tensor(parts.validation, device);
  train_positions_ = std::move(parts.train);
  normalization_ = choose_normalization(assignment.data, dataset_->images, train_);
  const bool bytes = dataset_->images.scalar_type() == torch::kUInt8;
  factor_ = normalization_.scale() / (bytes ? 255 : 1);
}

torch::Tensor FoldView::train_order(int64_t epoch) const {
  std::vector<int64_t> order = train_positions_;
  // A stream of its own for every epoch; the epoch stands where a trial's number would.
  Random random(order_seed_, RandomPurpose::kOrder, TrialNumber(epoch));
  random.shuffle(std::span<int64_t>(order));
  return to_tensor(order, train_.device());
}

Batch FoldView::batch(const torch::Tensor& order, int64_t begin, int64_t count) const {
  Batch batch;
  batch.positions = order.slice(0, begin, std::min(begin + count, order.size(0)));
  batch.images = dataset_->images.index_select(0, batch.positions).to(torch::kFloat32);
  batch.images.mul_(factor_).add_(normalization_.offset());
  if (dataset_->label_tensor.defined())
    batch.labels = dataset_->label_tensor.index_select(0, batch.positions);
  return batch;
}

}  // namespace foldmill::trainer
