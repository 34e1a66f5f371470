#pragma once

#include <cstddef>
#include <vector>

#include "core/study.h"
#include "sampler/history.h"

namespace foldmill::sampler {

// Finished trials in two groups, each oldest first. Points into the history, which must outlive it.
struct TrialSplit {
  std::vector<const Observation*> below;  // the good ones
  // How much each of `below` counts, between 0 and 1; empty with a single objective: by their age.
  std::vector<double> weights;
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
// problems", GECCO 2020). Their weights are what each adds to the volume that all good ones
// dominate together, the greatest being 1 (Ozaki, Tanigaki, Watanabe, Nomura and Onishi,
// "Multiobjective tree-structured Parzen estimator", JAIR 73, 2022); what adds nothing keeps a
// weight above 0.
//
// `running_above` adds running trials to `above`, which keeps parallel suggestions apart
// (Ginsbourger et al. 2010 call such a stand-in a constant liar). Failed trials are left out.
TrialSplit split_trials(const History& history, Direction direction, bool running_above);

}  // namespace foldmill::sampler
