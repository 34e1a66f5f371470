#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/assignment.h"
#include "worker/trainer/data/dataset.h"
#include "worker/trainer/torch_compat.h"

namespace foldmill::trainer {

// Pixels as the network sees them: value / 255 * scale + offset.
struct Normalization {
  double scale = 1;
  double offset = 0;

  // A squared error in the network's units, on the [0, 1] scale of the pixels.
  double unit_mse(double mse) const { return mse / (scale * scale); }
};

// One fold of one data set: positions of the training and of the validation images. A view; the
// images stay where they are. One thread.
class FoldView {
 public:
  // Subset, split and normalisation as the assignment asks. Throws AttemptError (user_error) where
  // they cannot be made of this data.
  FoldView(std::shared_ptr<const Dataset> dataset, const Assignment& assignment);

  int64_t train_size() const { return train_.size(0); }
  int64_t validation_size() const { return validation_.size(0); }
  int64_t height() const { return dataset_->images.size(2); }
  int64_t width() const { return dataset_->images.size(3); }
  const Normalization& normalization() const { return normalization_; }

  // The training positions in the order of `epoch` (from 1): a function of (study seed, trial,
  // fold, epoch) alone, so an attempt that resumes sees the batches it would have seen.
  torch::Tensor train_order(int64_t epoch) const;
  const torch::Tensor& validation_order() const { return validation_; }

  // Images order[begin … begin+count) as floats, normalised; fewer at the end of the order.
  torch::Tensor batch(const torch::Tensor& order, int64_t begin, int64_t count) const;

 private:
  std::shared_ptr<const Dataset> dataset_;
  uint64_t order_seed_;
  std::vector<int64_t> train_positions_;  // in the data set
  torch::Tensor train_;                   // the same on the device
  torch::Tensor validation_;
  Normalization normalization_;
};

}  // namespace foldmill::trainer
