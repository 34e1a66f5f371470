#pragma once

#include <cstdint>
#include <vector>

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// Hyperband (Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization",
// JMLR 2018) over asynchronous successive halving: bracket b has its first rung at
// min_epochs * reduction_factor^b epochs, for b = 0 … floor(log_reduction_factor(max_epochs /
// min_epochs)), so that a trial that starts slowly is not judged by its first epochs alone in all
// of them. The largest number of epochs is the study's, known before the first trial.
//
// The bracket follows from the trial's number, so all folds of a trial are in the same one. Trials
// are rivals within their bracket only. The sampler's history is *not* filtered by bracket: it
// learns from all trials, because it ranks those that were stopped by how far they got, which
// means the same in every bracket, and a bracket alone would be many times slower to learn from.
class HyperbandPruner final : public Pruner {
 public:
  // Takes options that make_pruner has checked.
  explicit HyperbandPruner(PruningSpec options) : options_(std::move(options)) {}

  std::optional<PruneDecision> should_prune(const PruningQuestion& question) const override;

 private:
  PruningSpec options_;
};

// How many of a round's trials each bracket gets, from the one that is halved earliest: what spends
// about the same number of epochs in each. Empty for max_epochs < min_epochs.
std::vector<int64_t> bracket_shares(int64_t min_epochs, int64_t max_epochs,
                                    int64_t reduction_factor);
// Where in `shares`, not empty, a trial belongs. Any stretch of trial numbers is spread over the
// brackets in these proportions.
size_t bracket_of(TrialNumber trial, const std::vector<int64_t>& shares);

}  // namespace foldmill::sampler
