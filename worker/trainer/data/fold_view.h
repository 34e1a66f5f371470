#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/assignment.h"
#include "worker/trainer/data/batch.h"
#include "worker/trainer/data/dataset.h"
#include "worker/trainer/data/normalization.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// One fold of one data set: positions of the training and of the validation images. A view; the
// images stay where they are. One thread.
class FoldView {
 public:
  // Subset, split and normalisation as the assignment asks. Throws AttemptError (user_error) where
  // they cannot be made of this data. `groups`: see split_images.
  FoldView(std::shared_ptr<const Dataset> dataset, const Assignment& assignment,
           const std::vector<int64_t>& groups = {});
  // Images to judge a trained network on, normalised as it was trained; none for training.
  FoldView(std::shared_ptr<const Dataset> dataset, const std::vector<int64_t>& validation,
           const Normalization& normalization);

  int64_t train_size() const { return train_.size(0); }
  int64_t validation_size() const { return validation_.size(0); }
  int64_t channels() const { return dataset_->images.size(1); }
  int64_t height() const { return dataset_->images.size(2); }
  int64_t width() const { return dataset_->images.size(3); }
  int64_t classes() const { return dataset_->classes; }  // 0 without labels
  const Dataset& dataset() const { return *dataset_; }
  const Normalization& normalization() const { return normalization_; }

  const torch::Tensor& train_positions() const { return train_; }  // [train_size], int64
  // The training positions in the order of `epoch` (from 1): a function of (study seed, trial,
  // fold, epoch) alone, so an attempt that resumes sees the batches it would have seen.
  torch::Tensor train_order(int64_t epoch) const;
  const torch::Tensor& validation_order() const { return validation_; }

  // The images order[begin … begin+count), normalised; fewer at the end of the order.
  Batch batch(const torch::Tensor& order, int64_t begin, int64_t count) const;
  // The images at these positions [n] of the data set, likewise.
  Batch images_at(const torch::Tensor& positions) const;

 private:
  void normalize_by(const Normalization& normalization);

  std::shared_ptr<const Dataset> dataset_;
  uint64_t order_seed_ = 0;
  std::vector<int64_t> train_positions_;  // in the data set
  torch::Tensor train_;                   // the same on the device
  torch::Tensor validation_;
  Normalization normalization_;
  double factor_ = 1;  // of stored pixels: the normalisation's, and 1/255 for bytes
};

}  // namespace foldmill::trainer
