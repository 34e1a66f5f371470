#include "worker/trainer/data/fold_view.h"

#include <algorithm>
#include <span>
#include <utility>

#include "core/random.h"
#include "worker/trainer/data/image_split.h"

namespace foldmill::trainer {
namespace {

torch::Tensor to_tensor(const std::vector<int64_t>& positions, torch::Device device) {
  return torch::tensor(positions, torch::kInt64).to(device);
}

}  // namespace

FoldView::FoldView(std::shared_ptr<const Dataset> dataset, const Assignment& assignment,
                   const std::vector<int64_t>& groups)
    : dataset_(std::move(dataset)),
      order_seed_(derive_seed(assignment.seed, RandomPurpose::kOrder, assignment.fold.trial,
                              assignment.fold.fold)) {
  SplitIndices parts = split_images(*dataset_, assignment, groups);
  const torch::Device device = dataset_->images.device();
  train_ = to_tensor(parts.train, device);
  validation_ = to_tensor(parts.validation, device);
  train_positions_ = std::move(parts.train);
  normalize_by(choose_normalization(assignment.data, dataset_->images, train_));
}

FoldView::FoldView(std::shared_ptr<const Dataset> dataset, const std::vector<int64_t>& validation,
                   const Normalization& normalization)
    : dataset_(std::move(dataset)),
      train_(to_tensor({}, dataset_->images.device())),
      validation_(to_tensor(validation, dataset_->images.device())) {
  normalize_by(normalization);
}

void FoldView::normalize_by(const Normalization& normalization) {
  normalization_ = normalization;
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
  return images_at(order.slice(0, begin, std::min(begin + count, order.size(0))));
}

Batch FoldView::images_at(const torch::Tensor& positions) const {
  Batch batch;
  batch.positions = positions;
  batch.images = dataset_->images.index_select(0, batch.positions).to(torch::kFloat32);
  batch.images.mul_(factor_).add_(normalization_.offset());
  if (dataset_->label_tensor.defined())
    batch.labels = dataset_->label_tensor.index_select(0, batch.positions);
  return batch;
}

}  // namespace foldmill::trainer
