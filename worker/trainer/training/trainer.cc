#include "worker/trainer/training/trainer.h"

#include <chrono>
#include <utility>

#include "core/text.h"

namespace foldmill::trainer {
namespace {

void copy_into(const torch::nn::Module& network, const NamedTensors& weights) {
  const torch::NoGradGuard without_gradients;
  auto parameters = network.named_parameters();
  for (const auto& [name, tensor] : weights) parameters[name].copy_(tensor);
}

}  // namespace

Trainer::Trainer(FoldView fold, std::unique_ptr<Learner> learner, TrainerOptions options)
    : fold_(std::move(fold)),
      learner_(std::move(learner)),
      options_(std::move(options)),
      files_(options_.directory) {
  if (options_.recorder)
    recorded_.emplace(fold_, *learner_, options_.batch_size, options_.recorder);
}

void Trainer::resume(const std::filesystem::path& checkpoint, int64_t epoch) {
  const CheckpointContent found = read_checkpoint(checkpoint, {options_.identity, epoch});
  restore_tensors(checkpoint, found.state, learner_->state());
  kept_ = found.kept;
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
  if (take_kept_weights(stop)) return RunEnd::kCompleted;
  if (stop.cause() == StopCause::kPreempted) save_preempted(sink);
  return RunEnd::kStopped;
}

std::optional<EpochReport> Trainer::run_epoch(int64_t epoch, const StopToken& stop) {
  const auto begin = std::chrono::steady_clock::now();
  std::optional<Metrics> metrics = train_epoch(epoch, stop);
  if (!metrics) return std::nullopt;
  check_finite(*metrics, concat("epoch ", epoch));
  std::optional<Metrics> validation = validate(stop);
  if (!validation) return std::nullopt;
  validated_epoch_ = epoch;
  metrics->merge(*validation);
  check_finite(*metrics, concat("epoch ", epoch));
  metrics->emplace("n_parameters", static_cast<double>(learner_->network().parameter_count()));
  keep(epoch, *metrics);
  EpochReport report;
  report.epoch = epoch;
  report.metrics.assign(metrics->begin(), metrics->end());
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

std::optional<Metrics> Trainer::train_epoch(int64_t epoch, const StopToken& stop) {
  return recorded_ ? recorded_->train_epoch(epoch, stop) : train_step_by_step(epoch, stop);
}

std::optional<Metrics> Trainer::train_step_by_step(int64_t epoch, const StopToken& stop) {
  const torch::Tensor order = fold_.train_order(epoch);
  learner_->begin_epoch(epoch);
  MetricSums sums;
  for (int64_t begin = 0; begin < order.size(0); begin += options_.batch_size) {
    if (stop.requested()) return std::nullopt;
    learner_->train(fold_.batch(order, begin, options_.batch_size), sums);
    if (const std::string broken = sums.broken_on_cpu(); !broken.empty())
      diverged(broken, "not finite",
               concat("step ", begin / options_.batch_size + 1, " of epoch ", epoch));
  }
  return sums.means();
}

std::optional<Metrics> Trainer::validate(const StopToken& stop) {
  if (fold_.validation_size() == 0) return Metrics();
  return judge(*learner_, fold_, options_.batch_size, stop);
}

void Trainer::keep(int64_t epoch, const Metrics& metrics) {
  const ObjectiveSpec& objective = options_.objective;
  if (objective.take == Take::kBestEpoch) {
    if (kept_.epoch > 0 && !better(metrics.at(objective.metric), kept_.metrics.at(objective.metric),
                                   objective.direction))
      return;
    kept_.weights.clear();
    for (const auto& parameter : learner_->network().named_parameters())
      kept_.weights.emplace_back(parameter.key(), parameter.value().detach().clone());
  }
  kept_.epoch = epoch;
  kept_.metrics = metrics;
}

// What a validation pass leaves behind (a classifier's confusion matrix) must be of the weights
// that are kept: it is made again where the last pass saw others, or was another attempt's.
bool Trainer::take_kept_weights(const StopToken& stop) {
  if (!kept_.weights.empty()) copy_into(learner_->network(), kept_.weights);
  return validated_epoch_ == kept_.epoch || validate(stop).has_value();
}

CheckpointContent Trainer::content() const { return {learner_->state(), kept_}; }

// Encoded after every epoch, written only when due: a preemption in the middle of the next epoch
// needs the state as it was at the end of this one.
void Trainer::save(int64_t epoch, AttemptSink& sink) {
  unsaved_ = encode_checkpoint({options_.identity, epoch}, content());
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
