#include "worker/trainer/data/fold_view.h"

#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "core/fold.h"
#include "core/random.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

void check_labels(const Dataset& dataset, const Assignment& assignment) {
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
  SplitIndices parts = value_or_throw(split_indices(assignment.folds, assignment.fold.fold,
                                                    static_cast<int64_t>(subset.size()), labels),
                                      EndCause::kUserError);
  for (auto* part : {&parts.train, &parts.validation})
    for (int64_t& position : *part) position = subset[static_cast<size_t>(position)];
  return parts;
}

torch::Tensor to_tensor(const std::vector<int64_t>& positions, torch::Device device) {
  return torch::tensor(positions, torch::kInt64).to(device);
}

// Exact: sums of bytes and of their squares are integers.
Normalization measure(const torch::Tensor& images) {
  const torch::Tensor values = images.to(torch::kInt64);
  const double count = static_cast<double>(values.numel());
  const double mean = values.sum().item<double>() / count;
  const double variance = (values * values).sum().item<double>() / count - mean * mean;
  const double stddev = std::sqrt(std::max(variance, 0.0)) / 255;
  if (!(stddev > 0))
    throw AttemptError(EndCause::kUserError,
                       "data: every pixel of the training part is the same, which `normalize: "
                       "standard` cannot scale; use `normalize: unit`");
  return {1 / stddev, -(mean / 255) / stddev};
}

Normalization choose_normalization(const Dataset& dataset, const torch::Tensor& train,
                                   const DataSpec& data) {
  switch (data.normalize) {
    case Normalize::kUnit:
      return {1, 0};
    case Normalize::kSymmetric:
      return {2, -1};
    case Normalize::kStandard:
      break;
  }
  if (const KnownDataset* known = find_known_dataset(data.dataset))
    return {1 / known->stddev, -known->mean / known->stddev};
  return measure(dataset.images.index_select(0, train));
}

}  // namespace

FoldView::FoldView(std::shared_ptr<const Dataset> dataset, const Assignment& assignment)
    : dataset_(std::move(dataset)),
      order_seed_(derive_seed(assignment.seed, RandomPurpose::kOrder, assignment.fold.trial,
                              assignment.fold.fold)) {
  check_labels(*dataset_, assignment);
  SplitIndices parts = split(*dataset_, choose_subset(*dataset_, assignment), assignment);
  const torch::Device device = dataset_->images.device();
  train_ = to_tensor(parts.train, device);
  validation_ = to_tensor(parts.validation, device);
  train_positions_ = std::move(parts.train);
  normalization_ = choose_normalization(*dataset_, train_, assignment.data);
}

torch::Tensor FoldView::train_order(int64_t epoch) const {
  std::vector<int64_t> order = train_positions_;
  // A stream of its own for every epoch; the epoch stands where a trial's number would.
  Random random(order_seed_, RandomPurpose::kOrder, TrialNumber(epoch));
  random.shuffle(std::span<int64_t>(order));
  return to_tensor(order, train_.device());
}

torch::Tensor FoldView::batch(const torch::Tensor& order, int64_t begin, int64_t count) const {
  const int64_t end = std::min(begin + count, order.size(0));
  return dataset_->images.index_select(0, order.slice(0, begin, end))
      .to(torch::kFloat32)
      .mul_(normalization_.scale / 255)
      .add_(normalization_.offset);
}

}  // namespace foldmill::trainer
