#include "worker/trainer/training/recorded_training.h"

#include <algorithm>
#include <utility>

namespace foldmill::trainer {

RecordedTraining::RecordedTraining(const FoldView& fold, Learner& learner, int64_t batch_size,
                                   std::shared_ptr<StepRecorder> recorder)
    : fold_(fold),
      learner_(learner),
      recorder_(std::move(recorder)),
      call_([this] { step(); }),
      batch_(std::min(batch_size, fold.train_size())) {
  const auto integers = fold.train_positions().options();
  const int64_t steps = (fold.train_size() + batch_ - 1) / batch_;
  order_ = torch::zeros({steps, batch_}, integers);
  step_ = torch::zeros({1}, integers);
  rows_ = torch::arange(batch_, integers);
  learner_.read_step_from(step_, steps);
}

std::optional<Metrics> RecordedTraining::train_epoch(int64_t epoch, const StopToken& stop) {
  begin_epoch(epoch);
  for (int64_t i = 0; i < order_.size(0); ++i) {
    if (stop.requested()) return std::nullopt;
    recorder_->run(call_);
  }
  return sums_.means_over(fold_.train_size());
}

void RecordedTraining::begin_epoch(int64_t epoch) {
  const int64_t images = fold_.train_size();
  const torch::Tensor order = fold_.train_order(epoch);
  const torch::Tensor places = order_.flatten();
  places.slice(0, 0, images).copy_(order);
  places.slice(0, images).fill_(order_[-1][0]);
  step_.zero_();
  sums_.clear();
  learner_.begin_epoch(epoch);
}

Batch RecordedTraining::next_batch() const {
  Batch batch = fold_.images_at(order_.index_select(0, step_).squeeze(0));
  const torch::Tensor count = (fold_.train_size() - step_ * batch_).clamp_max(batch_);
  batch.shares = rows_.lt(count).to(torch::kFloat32).div_(count);
  batch.count = count.squeeze(0).to(torch::kFloat64);
  return batch;
}

void RecordedTraining::step() {
  learner_.train(next_batch(), sums_);
  step_.add_(1);
}

}  // namespace foldmill::trainer
