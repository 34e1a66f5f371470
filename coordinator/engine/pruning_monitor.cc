#include "coordinator/engine/pruning_monitor.h"

#include <limits>
#include <utility>

namespace foldmill::engine {
namespace {

std::vector<double> values_of(const TrialRecord& trial) {
  std::vector<double> values;
  for (const FoldRecord& fold : trial.folds)
    values.push_back(fold.state == FoldState::kCompleted
                         ? fold.value.value_or(std::numeric_limits<double>::quiet_NaN())
                         : std::numeric_limits<double>::quiet_NaN());
  return values;
}

const LearningCurve& curve_of(const TrialRecord& trial, FoldIndex fold) {
  return trial.folds[static_cast<size_t>(fold.value)].curve;
}

}  // namespace

PruningMonitor::PruningMonitor(std::unique_ptr<sampler::Pruner> pruner,
                               std::unique_ptr<sampler::Pruner> race, Direction direction,
                               int folds, int64_t max_epochs)
    : pruner_(std::move(pruner)),
      race_(std::move(race)),
      direction_(direction),
      max_epochs_(max_epochs),
      histories_(static_cast<size_t>(folds)),
      standings_(folds, direction) {}

void PruningMonitor::load(const TrialRecord& trial) {
  for (size_t fold = 0; fold < trial.folds.size(); ++fold) {
    const LearningCurve& curve = trial.folds[fold].curve;
    for (int64_t epoch = 1; epoch <= curve.last_epoch(); ++epoch)
      histories_[fold].record(trial.number, epoch, *curve.at(epoch));
  }
  if (trial.state == TrialState::kCompleted) add_completed(trial);
}

void PruningMonitor::add_completed(const TrialRecord& trial) {
  if (trial.violation > 0) return;
  ++completed_;
  for (size_t fold = 0; fold < trial.folds.size(); ++fold)
    histories_[fold].complete(trial.folds[fold].curve);
  standings_.add(trial.number, values_of(trial));
}

void PruningMonitor::reported(const TrialRecord& trial, FoldIndex fold) {
  const LearningCurve& curve = curve_of(trial, fold);
  histories_[static_cast<size_t>(fold.value)].record(trial.number, curve.last_epoch(),
                                                     *curve.at(curve.last_epoch()));
}

void PruningMonitor::truncated(const TrialRecord& trial, FoldIndex fold) {
  histories_[static_cast<size_t>(fold.value)].forget_after(trial.number,
                                                           curve_of(trial, fold).last_epoch());
}

std::optional<PruneDecision> PruningMonitor::judge(const TrialRecord& trial, FoldIndex fold) const {
  if (!pruner_) return std::nullopt;
  return pruner_->should_prune({.trial = trial.number,
                                .fold = fold,
                                .curve = &curve_of(trial, fold),
                                .history = &histories_[static_cast<size_t>(fold.value)],
                                .completed_trials = completed_,
                                .max_epochs = max_epochs_,
                                .direction = direction_});
}

std::optional<PruneDecision> PruningMonitor::judge_race(const TrialRecord& trial,
                                                        FoldIndex fold) const {
  if (!race_) return std::nullopt;
  const std::vector<double> values = values_of(trial);
  return race_->should_stop_race({.fold = fold,
                                  .epoch = curve_of(trial, fold).last_epoch(),
                                  .values = values,
                                  .standings = &standings_});
}

double PruningMonitor::fold_variance() const {
  const int64_t freedom = (standings_.trials() - 1) * (standings_.folds() - 1);
  return freedom > 0 ? standings_.residual_sum() / static_cast<double>(freedom)
                     : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace foldmill::engine
