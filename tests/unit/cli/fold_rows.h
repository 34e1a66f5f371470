#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/rows.h"

// Rows of studies and trials with folds, as a reader would give them.
namespace foldmill::cli {

inline StudySpec folds_spec(std::string name, int k = 5) {
  StudySpec spec;
  spec.name = std::move(name);
  spec.seed = 7;
  spec.data.dataset = "fashion-mnist";
  spec.model.type = "cae";
  spec.model.variant = "conv3";
  spec.folds.k = k;
  spec.folds.seed = 7;
  return spec;
}

// A fold of one epoch with the value as its val_loss, and what else it reports.
inline FoldRow completed_fold(int64_t index, double value, MetricValues more = {}) {
  FoldRow fold;
  fold.fold = FoldIndex(index);
  fold.state = FoldState::kCompleted;
  fold.value = value;
  fold.epochs = 1;
  EpochRow epoch;
  epoch.epoch = 1;
  epoch.value = value;
  epoch.metrics = std::move(more);
  epoch.metrics.emplace_back("val_loss", value);
  fold.curve = {epoch};
  return fold;
}

// Completed, with its value the mean of the folds'.
inline TrialRow completed_trial(int64_t number, const std::vector<double>& values,
                                const MetricValues& more = {}) {
  TrialRow trial;
  trial.number = TrialNumber(number);
  trial.state = TrialState::kCompleted;
  double sum = 0;
  for (const double value : values) {
    trial.folds.push_back(completed_fold(static_cast<int64_t>(trial.folds.size()), value, more));
    sum += value;
  }
  trial.value = sum / static_cast<double>(values.size());
  trial.epochs = static_cast<int64_t>(values.size());
  trial.seconds = 10;
  return trial;
}

// Of `trial`, the folds from `first` on never completed.
inline TrialRow pruned_after(TrialRow trial, size_t first) {
  trial.state = TrialState::kPruned;
  for (size_t i = first; i < trial.folds.size(); ++i) {
    FoldRow stopped;
    stopped.fold = trial.folds[i].fold;
    stopped.state = FoldState::kStopped;
    trial.folds[i] = stopped;
  }
  return trial;
}

}  // namespace foldmill::cli
