#pragma once

#include <cstddef>
#include <vector>

#include "core/study.h"
#include "sampler/history.h"

namespace foldmill::sampler {

// Finished trials in two groups, each oldest first. Points into the history, which must outlive it.
struct TrialSplit {
  std::vector<const Observation*> below;  // the good ones
  std::vector<const Observation*> above;  // the rest
  size_t finished = 0;                    // completed and pruned
};

// How many of `finished` trials are good: a tenth, rounded up, at most 25; of several objectives
// without that limit, because a whole front is good.
size_t below_count(size_t finished, bool several_objectives = false);

// Fills `below` in the order of value_rank(): completed trials and those stopped between folds,
// whose value is estimated, best value first; then pruned ones, those that got further first, at
// equal epochs the better last value; then those that do not hold the study's constraints, the
// nearest to it first. Equal trials go by number, and NaN is the worst value.
//
// With several objectives completed trials go front by front, and of the front that does not fit as
// a whole those are taken that dominate most together (Ozaki, Tanigaki, Watanabe and Onishi,
// "Multiobjective tree-structured Parzen estimator for computationally expensive optimization
// problems", GECCO 2020).
//
// `running_above` adds running trials to `above`, which keeps parallel suggestions apart
// (Ginsbourger et al. 2010 call such a stand-in a constant liar). Failed trials are left out.
TrialSplit split_trials(const History& history, Direction direction, bool running_above);

}  // namespace foldmill::sampler
