#include "coordinator/engine/pruning_monitor.h"

#include <utility>

namespace foldmill::engine {

PruningMonitor::PruningMonitor(std::unique_ptr<sampler::Pruner> pruner, Direction direction,
                               int folds)
    : pruner_(std::move(pruner)), direction_(direction), peers_(static_cast<size_t>(folds)) {}

void PruningMonitor::add_completed(const TrialRecord& trial) {
  ++completed_;
  for (size_t fold = 0; fold < trial.folds.size(); ++fold)
    peers_[fold].push_back(&trial.folds[fold].curve);
}

std::optional<PruneDecision> PruningMonitor::judge(FoldIndex fold,
                                                   const LearningCurve& curve) const {
  if (!pruner_) return std::nullopt;
  return pruner_->should_prune({.fold = fold,
                                .curve = &curve,
                                .peers = peers_[static_cast<size_t>(fold.value)],
                                .completed_trials = completed_,
                                .direction = direction_});
}

}  // namespace foldmill::engine
