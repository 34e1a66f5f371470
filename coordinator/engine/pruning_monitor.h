#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "coordinator/engine/trial_record.h"
#include "sampler/pruner.h"

namespace foldmill::engine {

// Keeps what a study's pruner compares with, and asks it. Told of every report; asking costs no
// copy of a history.
class PruningMonitor {
 public:
  // `pruner` judges within a fold, `race` between folds. Either may be null: then nothing is ever
  // stopped there.
  PruningMonitor(std::unique_ptr<sampler::Pruner> pruner, std::unique_ptr<sampler::Pruner> race,
                 Direction direction, int folds, int64_t max_epochs);

  // A trial as it was recorded, in any state.
  void load(const TrialRecord& trial);
  // One that does not hold the study's constraints is no measure for others: it is left out.
  void add_completed(const TrialRecord& trial);
  // The last value of the fold's curve is new.
  void reported(const TrialRecord& trial, FoldIndex fold);
  // The fold's curve has been cut: a new attempt starts from there.
  void truncated(const TrialRecord& trial, FoldIndex fold);

  // After a report: whether to stop the trial.
  std::optional<PruneDecision> judge(const TrialRecord& trial, FoldIndex fold) const;
  // After a fold has completed, and others have not.
  std::optional<PruneDecision> judge_race(const TrialRecord& trial, FoldIndex fold) const;

  // Of the noise of one fold's value, as the completed trials show it; NaN while they do not.
  double fold_variance() const;

 private:
  std::unique_ptr<sampler::Pruner> pruner_;
  std::unique_ptr<sampler::Pruner> race_;
  Direction direction_;
  int64_t max_epochs_;
  int64_t completed_ = 0;
  std::vector<sampler::FoldHistory> histories_;  // by fold
  sampler::RaceStandings standings_;
};

}  // namespace foldmill::engine
