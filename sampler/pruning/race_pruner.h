#pragma once

#include <cstdint>

#include "core/study.h"
#include "sampler/pruner.h"

namespace foldmill::sampler {

// A race across folds: stops a trial as soon as the folds it has completed say that its mean over
// *all* folds will be worse than that of the best completed trial. (Maron, Moore, "Hoeffding
// Races", 1994; Birattari et al., "A Racing Algorithm for Configuring Metaheuristics", 2002.)
//
// The test, with n of K folds done and T trials completed. Values are trial + fold + noise
// (RaceStandings), so difficult folds cancel out. With x the mean that is expected over all folds
// and b the best trial's, under the null hypothesis "the mean over all K folds would be b or
// better"
//
//   t = (x - b) / (s sqrt((1/n - 1/K) (1 + 1/T)))
//
// has at most Student's t distribution. s^2 is the variance of the noise, pooled over what the
// completed trials and the own n folds leave over: (T-1)(K-1) + n-1 degrees of freedom, all of it
// independent of x. With T = 1 this is the paired t-test of the differences to the best trial.
// 1/n - 1/K is the correction for a sample from a finite population (Cochran, "Sampling
// Techniques", section 2.6): what is foretold is the mean over these K folds, which is what a trial
// is ranked by, not the error on fresh data. That is also why the variance needs no further
// correction for training sets that overlap (Nadeau, Bengio, "Inference for the Generalization
// Error", 2003): what folds share through them is the same in all K and drops out of x's error.
//
// Repeated looks: the test is made after each of the folds min_folds … K-1. Each look spends a part
// of 1 - confidence, the more the more folds it can save (alpha_spending.h), so a trial that would
// have matched or beaten the best is stopped, at whatever look, with a probability of at most 1 -
// confidence. The same holds when the best trial changes in between, as long as the changes do not
// depend on this trial.
//
// Assumed: noise of one size and about normal, also for how the looks hang together, where the
// statistics of few completed trials are only nearly so. Noise that grows with the loss makes the
// test cautious, because bad trials are then part of s. With s = 0 (all values alike, as with
// coarse metrics) nothing is stopped.
class RacePruner final : public Pruner {
 public:
  // Takes options that make_pruner has checked.
  explicit RacePruner(PruningSpec options) : options_(std::move(options)) {}

  std::optional<PruneDecision> should_prune(const PruningQuestion&) const override {
    return std::nullopt;
  }
  // The decision's value is x, its threshold b, its peers T.
  std::optional<PruneDecision> should_stop_race(const RaceQuestion& question) const override;

 private:
  PruningSpec options_;
};

}  // namespace foldmill::sampler
