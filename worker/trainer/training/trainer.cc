#include "worker/trainer/training/trainer.h"

#include <chrono>
#include <cmath>
#include <utility>

#include "core/text.h"
#include "worker/trainer/attempt_error.h"

namespace foldmill::trainer {
namespace {

void check_finite(std::string_view metric, double value, int64_t epoch) {
  if (std::isfinite(value)) return;
  throw AttemptError(EndCause::kDiverged, concat(metric, " is ", format_number(value), " at epoch ",
                                                 epoch, "; a smaller lr usually helps"));
}

// The sum of squared errors over batches, kept on the device: reading it after every batch would
// make the host wait for the device each time.
class LossSum {
 public:
  explicit LossSum(torch::Device device)
      : sum_(torch::zeros({}, torch::dtype(torch::kFloat64).device(device))) {}
  void add(const torch::Tensor& mean, int64_t images) {
    sum_.add_(mean.detach(), static_cast<double>(images));
    images_ += images;
  }
  double mean() const { return sum_.item<double>() / static_cast<double>(images_); }

 private:
  torch::Tensor sum_;
  int64_t images_ = 0;
};

}  // namespace

Trainer::Trainer(FoldView fold, std::shared_ptr<Model> model,
                 std::unique_ptr<torch::optim::Optimizer> optimizer, TrainerOptions options)
    : fold_(std::move(fold)),
      model_(std::move(model)),
      optimizer_(std::move(optimizer)),
      options_(std::move(options)),
      files_(options_.directory) {}

void Trainer::resume(const std::filesystem::path& checkpoint, int64_t epoch) {
  restore_checkpoint(checkpoint, {options_.identity, epoch}, *model_, *optimizer_);
  completed_epoch_ = epoch;
}

RunEnd Trainer::run(AttemptSink& sink, const StopToken& stop) {
  while (completed_epoch_ < options_.epochs) {
    const int64_t epoch = completed_epoch_ + 1;
    const std::optional<EpochReport> report = run_epoch(epoch, stop);
    if (!report) {
      if (stop.cause() == StopCause::kPreempted) save_preempted(sink);
      return RunEnd::kStopped;
    }
    completed_epoch_ = epoch;
    sink.epoch(*report);
    save(epoch, sink);
  }
  return RunEnd::kCompleted;
}

std::optional<EpochReport> Trainer::run_epoch(int64_t epoch, const StopToken& stop) {
  const auto begin = std::chrono::steady_clock::now();
  const std::optional<double> train_loss = train_epoch(epoch, stop);
  if (!train_loss) return std::nullopt;
  check_finite("train_loss", *train_loss, epoch);
  const std::optional<double> val_loss = validate(stop);
  if (!val_loss) return std::nullopt;
  check_finite("val_loss", *val_loss, epoch);
  EpochReport report;
  report.epoch = epoch;
  report.metrics = {{"train_loss", *train_loss},
                    {"val_loss", *val_loss},
                    {"val_mse_unit", fold_.normalization().unit_mse(*val_loss)}};
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

std::optional<double> Trainer::train_epoch(int64_t epoch, const StopToken& stop) {
  const torch::Tensor order = fold_.train_order(epoch);
  LossSum sum(order.device());
  for (int64_t begin = 0; begin < order.size(0); begin += options_.batch_size) {
    if (stop.requested()) return std::nullopt;
    const torch::Tensor images = fold_.batch(order, begin, options_.batch_size).images;
    const torch::Tensor loss = torch::mse_loss(model_->forward(images), images);
    optimizer_->zero_grad();
    loss.backward();
    optimizer_->step();
    sum.add(loss, images.size(0));
  }
  return sum.mean();
}

std::optional<double> Trainer::validate(const StopToken& stop) {
  const torch::NoGradGuard without_gradients;
  const torch::Tensor& order = fold_.validation_order();
  LossSum sum(order.device());
  for (int64_t begin = 0; begin < order.size(0); begin += options_.batch_size) {
    if (stop.requested()) return std::nullopt;
    const torch::Tensor images = fold_.batch(order, begin, options_.batch_size).images;
    sum.add(torch::mse_loss(model_->forward(images), images), images.size(0));
  }
  return sum.mean();
}

// Encoded after every epoch, written only when due: a preemption in the middle of the next epoch
// needs the state as it was at the end of this one.
void Trainer::save(int64_t epoch, AttemptSink& sink) {
  unsaved_ = encode_checkpoint({options_.identity, epoch}, *model_, *optimizer_);
  if (epoch % options_.checkpoint_every != 0) return;
  sink.checkpoint(epoch, files_.write(epoch, unsaved_));
  unsaved_.clear();
}

void Trainer::save_preempted(AttemptSink& sink) {
  if (unsaved_.empty()) return;
  sink.checkpoint(completed_epoch_, files_.write(completed_epoch_, unsaved_));
  unsaved_.clear();
}

}  // namespace foldmill::trainer
